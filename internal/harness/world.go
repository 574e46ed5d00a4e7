package harness

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"
	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
)

// downLimit bounds taking a world down, also after its context has ended.
const downLimit = 2 * time.Minute

// Options say what a world looks like; the zero value is a good one.
type Options struct {
	Version  string   // that runs; 2.4.3 when empty
	Versions []string // whose images are there as well; 2.3.4, 2.4.3 and 2.5.0 when empty
	Images   []Image  // others, such as broken ones
	Gateways int      // 2 when zero
	// DataBytes is the size that the events table is filled to.
	DataBytes int64
	// PrivateEngine starts an engine of our own even where one is there.
	PrivateEngine bool
	// RemoveImages removes the images from a shared engine in Down.
	RemoveImages bool
	// Log hears what comes up; nil hears nothing.
	Log *logrus.Entry
}

// World is a whole small installation.
type World struct {
	Engine   *Engine
	Postgres *Postgres
	Images   *Images
	Platform *Platform
	Dir      string // for files that should go with the world
	Took     time.Duration

	options Options
}

// Up brings a world up. Where it fails, nothing of it is left.
func Up(ctx context.Context, options Options) (*World, error) {
	began := time.Now()
	w := &World{options: options.withDefaults()}
	if err := w.up(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the world up: %w", err), w.Down(ctx))
	}
	w.Took = time.Since(began)
	return w, nil
}

func (o Options) withDefaults() Options {
	if o.Version == "" {
		o.Version = "2.4.3"
	}
	if len(o.Versions) == 0 {
		o.Versions = []string{"2.3.4", "2.4.3", "2.5.0"}
	}
	if o.Gateways == 0 {
		o.Gateways = 2
	}
	if o.Log == nil {
		quiet := logrus.New()
		quiet.SetLevel(logrus.PanicLevel)
		o.Log = logrus.NewEntry(quiet)
	}
	return o
}

func (w *World) up(ctx context.Context) (err error) {
	if w.Dir, err = os.MkdirTemp("", "kt-world-"); err != nil {
		return fmt.Errorf("make the world's directory: %w", err)
	}
	if err := w.openEngine(ctx); err != nil {
		return err
	}
	w.options.Log.WithField("engine", w.Engine.Host).Info("engine answers")
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.makeImages(groupCtx) })
	group.Go(func() error { return w.makeDatabase(groupCtx) })
	if err := group.Wait(); err != nil {
		return err
	}
	return w.startPlatform(ctx)
}

func (w *World) openEngine(ctx context.Context) (err error) {
	if w.options.PrivateEngine {
		w.Engine, err = StartEngine(ctx)
		return err
	}
	w.Engine, err = OpenEngine(ctx)
	return err
}

func (w *World) makeImages(ctx context.Context) (err error) {
	if w.Images, err = NewImages(ctx, w.Engine); err != nil {
		return err
	}
	if err := w.Images.MakeEdge(ctx); err != nil {
		return err
	}
	if err := w.Images.MakeVersions(ctx, append(w.options.Versions, w.options.Version)...); err != nil {
		return err
	}
	for _, image := range w.options.Images {
		if err := w.Images.Make(ctx, image); err != nil {
			return err
		}
	}
	w.options.Log.WithField("versions", w.options.Versions).Info("images are there")
	return nil
}

// makeDatabase migrates to the version that will run, so that data can be there
// before the platform is.
func (w *World) makeDatabase(ctx context.Context) error {
	gateway, err := w.Engine.Gateway(ctx)
	if err != nil {
		return err
	}
	// Not under the group's context: it ends with the group, the server later.
	if w.Postgres, err = StartPostgres(ctx, gateway); err != nil {
		return err
	}
	if err := w.migrate(ctx); err != nil {
		return err
	}
	if w.options.DataBytes > 0 {
		if err := w.Postgres.Fill(ctx, w.options.DataBytes); err != nil {
			return err
		}
	}
	w.options.Log.WithField("port", w.Postgres.Port).WithField("bytes", w.options.DataBytes).Info("database is there")
	return nil
}

func (w *World) migrate(ctx context.Context) error {
	set, err := migrate.Set(w.options.Version)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, w.Postgres.URL())
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return migrate.Run(ctx, conn, set, fault.Faults{}, w.options.Log)
}

func (w *World) startPlatform(ctx context.Context) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	w.Platform = &Platform{
		Name: "kt-" + strings.ToLower(rand.Text()[:8]), Dir: filepath.Join(w.Dir, "platform"),
		Port: port, Gateways: w.options.Gateways, engine: w.Engine,
	}
	if err := w.Platform.Write(w.options.Version, w.Postgres.ContainerURL()); err != nil {
		return fmt.Errorf("write the Compose project: %w", err)
	}
	if err := w.Platform.Up(ctx); err != nil {
		return err
	}
	w.options.Log.WithField("edge", w.Platform.Edge()).Info("platform answers")
	return nil
}

// Down takes everything away: containers, networks, processes, directories. Images
// stay in a shared engine unless the options say otherwise.
func (w *World) Down(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), downLimit)
	defer cancel()
	var errs []error
	if w.Platform != nil {
		errs = append(errs, w.Platform.Down(ctx))
	}
	if w.Images != nil && w.options.RemoveImages && !w.Engine.Private() {
		errs = append(errs, w.Images.Remove(ctx))
	}
	if w.Postgres != nil {
		errs = append(errs, w.Postgres.Close(ctx))
	}
	if w.Engine != nil {
		errs = append(errs, w.Engine.Close(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(w.Dir))...)
}
