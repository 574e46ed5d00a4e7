// Command ktsim stands in for Keeptrusts where its images cannot be had: one
// static binary that is the API server, the console, a gateway or the kt command
// line, by argument or by the name it is called with. Towards an operator it
// behaves as the documented product does: health, migrations at start, streamed
// answers, a graceful stop. Faults are switched on by environment variables.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktsim/api"
	"github.com/keeptrusts/ktops/cmd/ktsim/console"
	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/gateway"
	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

// errUsage is a command line that means nothing to ktsim.
var errUsage = errors.New("usage: ktsim api | console | gateway | kt --version | healthcheck URL")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	err := run(ctx, os.Args, os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ktsim:", err)
		os.Exit(exitCode(err))
	}
}

func exitCode(err error) int {
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

// run does what the arguments ask for; args[0] is the name it was called with.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	role, rest := args[0], args[1:]
	if filepath.Base(role) != "kt" {
		if len(rest) == 0 {
			return errUsage
		}
		role, rest = rest[0], rest[1:]
	}
	switch filepath.Base(role) {
	case "kt":
		return kt(rest, getenv, out)
	case "healthcheck":
		return healthcheck(ctx, rest)
	}
	return serve(ctx, role, getenv, out)
}

// serve runs one of the three services until ctx ends.
func serve(ctx context.Context, role string, getenv func(string) string, out io.Writer) error {
	faults, err := fault.FromEnv(getenv)
	if err != nil {
		return err
	}
	log := logrus.New()
	log.SetOutput(out)
	version := getenv("KT_VERSION")
	runtime := service.Runtime{
		Version: version, Faults: faults, Addr: getenv("KT_LISTEN"),
		Log: log.WithFields(logrus.Fields{"service": role, "version": version}),
	}
	switch role {
	case "api":
		return api.Run(ctx, runtime, api.Config{DatabaseURL: getenv("DATABASE_URL"), Token: getenv("API_TOKEN")})
	case "console":
		return console.Run(ctx, runtime)
	case "gateway":
		return gateway.Run(ctx, runtime, gateway.Config{
			Key: getenv("KT_GATEWAY_KEY"), Name: getenv("HOSTNAME"),
			APIURL: getenv("KT_API_URL"), APIToken: getenv("API_TOKEN"),
		})
	}
	return errUsage
}
