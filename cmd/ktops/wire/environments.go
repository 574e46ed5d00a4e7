package wire

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
	"github.com/keeptrusts/ktops/ops/releases"
	"github.com/keeptrusts/ktops/ops/verify"
)

// Wiring makes environments, again at each reload, and keeps their platforms
// while they stay the same.
type Wiring struct {
	log *logrus.Entry

	mu        sync.Mutex
	platforms []wired
}

// wired is a platform with the configuration it was made of.
type wired struct {
	made     config.Platform
	platform *platform
}

// New is a wiring that has made nothing yet.
func New(log *logrus.Entry) *Wiring { return &Wiring{log: log} }

// Environments makes the environments of a configuration. Nothing is connected
// before it is used.
func (w *Wiring) Environments(c *config.Config) ([]ops.Environment, error) {
	environments := make([]ops.Environment, 0, len(c.Environments))
	for _, e := range c.Environments {
		environment, err := w.environment(c, e)
		if err != nil {
			return nil, fmt.Errorf("environment %s: %w", e.Name, err)
		}
		environments = append(environments, environment)
	}
	return environments, nil
}

func (w *Wiring) environment(c *config.Config, e config.Environment) (ops.Environment, error) {
	log := w.log.WithField("environment", e.Name)
	platform := w.platform(e.Platform, log)
	database, err := openDatabase(e, platform, log)
	if err != nil {
		return ops.Environment{}, err
	}
	app := newApp(e, platform, database)
	handlers := platform.handlers()
	maps.Copy(handlers, database.Handlers())
	handlers[ops.Verify] = verify.Handler{Keeptrusts: app}
	return ops.Environment{
		Name: e.Name, Platform: platform, Database: database, App: app, Backups: database, Verifier: app,
		Handlers: handlers, Probe: probeOf(e), Releases: releasesOf(c.Releases), Policy: e.Policy.Ops(),
		Rules: ops.Rules{Matrix: c.Releases.Matrix(), LargeTable: e.Checks.MaxTable.Bytes(), DiskMargin: e.Checks.DiskMargin.Bytes()},
	}, nil
}

// platform is the one made before of the same configuration, or a new one. One
// that is not used any more stays open, for a run may still be using it.
func (w *Wiring) platform(made config.Platform, log *logrus.Entry) *platform {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, known := range w.platforms {
		if reflect.DeepEqual(known.made, made) {
			return known.platform
		}
	}
	p := newPlatform(made.Compose, log)
	w.platforms = append(w.platforms, wired{made, p})
	return p
}

func openDatabase(e config.Environment, p *platform, log *logrus.Entry) (*postgres.Server, error) {
	return postgres.Open(postgres.Options{
		Host: e.Database.Host, Port: e.Database.Port, Name: e.Database.Name, User: e.Database.User,
		Password: e.Database.Password.Reveal, SSLMode: e.Database.SSLMode,
		BinDir: e.Database.Bin, DataDir: e.Database.DataDirectory,
		BackupDir: e.Backup.Directory, KeepFor: e.Backup.Keep.Std(), KeepLast: e.Backup.KeepLast, Level: e.Backup.Level,
		PlatformVersion: p.running, Log: log,
	})
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
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	for _, known := range w.platforms {
		errs = append(errs, known.platform.close())
	}
	return errors.Join(errs...)
}
