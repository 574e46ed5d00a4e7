// Ktops upgrades a self-hosted Keeptrusts platform safely, from Slack or from
// the command line.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktops/cli"
)

// version is set by the linker (see Makefile).
var version = "dev"

func main() {
	// Docker's libraries warn through logrus's standard logger, which is not ours.
	logrus.SetOutput(io.Discard)
	interrupts := make(chan os.Signal, 3)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	app := &cli.App{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, LookupEnv: os.LookupEnv,
		Version: version, Interrupts: interrupts, Parts: parts{},
	}
	os.Exit(app.Run(context.Background(), os.Args[1:]))
}
