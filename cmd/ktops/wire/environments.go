package wire

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/migrations"
	"github.com/keeptrusts/ktops/ops/nginx"
	"github.com/keeptrusts/ktops/ops/postgres"
	"github.com/keeptrusts/ktops/ops/releases"
	"github.com/keeptrusts/ktops/ops/verify"
)

// Wiring makes environments, again at each reload, and keeps their platforms and
// edges while they stay the same.
type Wiring struct {
	log       *logrus.Entry
	platforms keep[*platform]
	edges     keep[*nginx.Edge]
	parser    migrations.Parser
}

// platformKey is what of the configuration makes a platform another one.
type platformKey struct {
	platform config.Platform
	bundle   migrations.Bundle
}

// New is a wiring that has made nothing yet.
func New(log *logrus.Entry) *Wiring { return &Wiring{log: log} }

// Environments makes the environments of a configuration, which go by the calendar.
// Nothing is connected before it is used.
func (w *Wiring) Environments(c *config.Config, calendar ops.Calendar) ([]ops.Environment, error) {
	environments := make([]ops.Environment, 0, len(c.Environments))
	for _, e := range c.Environments {
		environment, err := w.environment(c, e)
		if err != nil {
			return nil, fmt.Errorf("environment %s: %w", e.Name, err)
		}
		environment.Calendar = calendar
		environments = append(environments, environment)
	}
	return environments, nil
}

func (w *Wiring) environment(c *config.Config, e config.Environment) (ops.Environment, error) {
	log := w.log.WithField("environment", e.Name)
	bundle := migrations.Bundle(c.Releases.Bundle)
	platform, err := w.platforms.get(platformKey{e.Platform, bundle}, func() (*platform, error) {
		p := newPlatform(e.Platform.Compose, log)
		p.options.Bundle, p.options.Parser = bundle, &w.parser
		return p, nil
	})
	if err != nil {
		return ops.Environment{}, err
	}
	closing, err := w.closer(e)
	if err != nil {
		return ops.Environment{}, err
	}
	database, err := postgres.Open(databaseOptions(e, platform, log))
	if err != nil {
		return ops.Environment{}, err
	}
	platform.asks(database)
	platform.shows(token(e.Checks.APIToken))
	app := newApp(e, platform, database)
	handlers := platform.handlers()
	maps.Copy(handlers, database.Handlers())
	handlers[ops.Verify] = verify.Handler{Keeptrusts: app}
	if err := watches(handlers, e.Watch, platform); err != nil {
		return ops.Environment{}, err
	}
	environment := ops.Environment{
		Name: e.Name, Edge: closing, Platform: platform, Bench: platform, Scratch: database, Returns: database, Database: database, App: app, Backups: database, Verifier: app,
		Handlers: handlers, Probe: probeOf(e), Releases: releasesOf(c.Releases), Policy: e.Policy.Ops(),
		Rules: ops.Rules{
			Matrix: c.Releases.Matrix(), LargeTable: e.Checks.MaxTable.Bytes(), DiskMargin: e.Checks.DiskMargin.Bytes(), Watch: e.Watch.Ops(),
			RequireRehearsal: e.Policy.Rehearsal == config.Required, RehearsalAge: e.Policy.RehearsalAge.Std(),
		},
	}
	if closing != nil {
		environment.DrainLimit = e.Edge.Maintenance.DrainLimit.Std()
	}
	return environment, nil
}

func databaseOptions(e config.Environment, p *platform, log *logrus.Entry) postgres.Options {
	options := postgres.Options{
		Host: e.Database.Host, Port: e.Database.Port, Name: e.Database.Name, User: e.Database.User,
		Password: e.Database.Password.Reveal, SSLMode: e.Database.SSLMode,
		BinDir: e.Database.Bin, DataDir: e.Database.DataDirectory,
		BackupDir: e.Backup.Directory, KeepFor: e.Backup.Keep.Std(), KeepLast: e.Backup.KeepLast, Level: e.Backup.Level,
		SnapshotKeep:    e.Backup.SnapshotKeep.Std(),
		PlatformVersion: p.running, Log: log,
	}
	if own := e.Database.Snapshot; own != nil {
		options.SnapshotCommand, options.SnapshotTimeout = own.Command, own.Timeout.Std()
	}
	return options
}

// releasesOf lists the versions that exist; nil where the configuration has no
// catalogue.
func releasesOf(c config.Releases) func(ctx context.Context) ([]ops.Version, error) {
	switch {
	case c.File != "":
		return func(context.Context) ([]ops.Version, error) { return releases.FromFile(c.File) }
	case c.Registry != "":
		return func(ctx context.Context) ([]ops.Version, error) { return releases.FromRegistry(ctx, c.Registry) }
	}
	return nil
}

// Close lets go of every platform.
func (w *Wiring) Close() error {
	var errs []error
	for _, p := range w.platforms.all() {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}
