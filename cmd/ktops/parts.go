package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktops/cli"
	"github.com/keeptrusts/ktops/cmd/ktops/daemon"
	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/config"
)

// parts start what commands need of the real world.
type parts struct{}

func (parts) Alone(ctx context.Context, c *config.Config) (cli.Local, error) {
	return wire.OpenAlone(ctx, c, os.Stderr)
}

func (parts) Serve(ctx context.Context, c *config.Reloader, logs io.Writer) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	return daemon.Run(ctx, daemon.Options{Config: c, Version: version, Logs: logs, Hangups: hangups})
}

func (parts) Edge(c *config.Config, e config.Environment) (cli.Edge, error) {
	log := wire.NewLog(config.Log{Level: "warning", Format: "text"}, os.Stderr, wire.Secrets(c))
	return wire.New(logrus.NewEntry(log)).Edge(e)
}
