package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
	"github.com/keeptrusts/ktops/internal/harness"
)

// floor is what a window cannot do without, each part measured alone and by other
// means than ktops': what Compose, PostgreSQL and the platform take by themselves.
type floor struct {
	Stop      float64 `json:"stop_s"`      // docker compose stop, under the same streams
	Snapshot  float64 `json:"snapshot_s"`  // CREATE DATABASE … TEMPLATE
	Migration float64 `json:"migration_s"` // the same migrations, on the copy
	Boot      float64 `json:"boot_s"`      // docker compose up -d, until all three routes answer
	Checks    float64 `json:"checks_s"`    // ktops verify
}

func (f floor) total() float64 { return f.Stop + f.Snapshot + f.Migration + f.Boot + f.Checks }

// streaming waits until streams have been going on for a while.
func streaming(ctx context.Context, load *harness.Load) error {
	return harness.Until(ctx, "streams go on", time.Minute, func(context.Context) error {
		if seen := load.Snapshot(); seen.Streams < 20 {
			return fmt.Errorf("only %d have ended", seen.Streams)
		}
		return nil
	})
}

// scratch is the copy that the floor is measured on: the world's own data stay as
// they are for the guide's script.
const scratch = "floor"

// measure takes each part but the checks alone, and then puts the world back as it was.
func (f *floor) measure(ctx context.Context, w *harness.World, options harness.LoadOptions, from, to string) error {
	load := harness.StartLoad(ctx, w.Platform.Edge(), options)
	defer load.Stop()
	if err := streaming(ctx, load); err != nil {
		return err
	}
	parts := []struct {
		seconds *float64
		do      func() error
	}{
		{&f.Stop, func() error { return stop(ctx, w) }},
		{&f.Snapshot, func() error {
			return w.Postgres.Exec(ctx, "postgres", "CREATE DATABASE "+scratch+" TEMPLATE "+harness.Database+" OWNER "+harness.User+" STRATEGY FILE_COPY")
		}},
		{&f.Migration, func() error { return migrateScratch(ctx, w, to) }},
		{&f.Boot, func() error { return boot(ctx, w, to, scratchURL(w.Postgres.ContainerURL())) }},
	}
	for _, part := range parts {
		began := time.Now()
		if err := part.do(); err != nil {
			return fmt.Errorf("measure the floor: %w", err)
		}
		*part.seconds = time.Since(began).Seconds()
	}
	_, err := w.Platform.Compose(ctx, "stop")
	return errors.Join(err,
		w.Postgres.Exec(ctx, "postgres", "DROP DATABASE "+scratch+" WITH (FORCE)"),
		boot(ctx, w, from, w.Postgres.ContainerURL()))
}

// stop stops the platform while streams go on, which it lets end. What the
// callers see is of no interest here.
func stop(ctx context.Context, w *harness.World) error {
	_, err := w.Platform.Compose(ctx, "stop", "keeptrusts-gateway", "keeptrusts-console", "keeptrusts-api")
	return err
}

func migrateScratch(ctx context.Context, w *harness.World, to string) error {
	set, err := migrate.Set(to)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, scratchURL(w.Postgres.URL()))
	if err != nil {
		return fmt.Errorf("connect to the copy: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is left to lose
	return migrate.Run(ctx, conn, set, fault.Faults{}, quiet())
}

func scratchURL(url string) string {
	return strings.Replace(url, "/"+harness.Database+"?", "/"+scratch+"?", 1)
}

// boot pins the platform at a version on a database and brings it up.
func boot(ctx context.Context, w *harness.World, version, database string) error {
	if err := w.Platform.Write(version, database); err != nil {
		return err
	}
	if _, output, err := w.Platform.ComposeUp(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return w.Platform.Answers(ctx)
}

// guideWindow is how long callers are turned away by the guide's own script.
func guideWindow(ctx context.Context, w *harness.World, options harness.LoadOptions, to string) (harness.LoadResult, error) {
	backups := filepath.Join(w.Dir, "backups")
	if err := os.MkdirAll(backups, 0o700); err != nil {
		return harness.LoadResult{}, err
	}
	load := harness.StartLoad(ctx, w.Platform.Edge(), options)
	output, err := w.Platform.GuideWindow(ctx, to, harness.GuideWindowDrain, w.Postgres, backups)
	seen := load.Stop()
	if err != nil {
		return seen, fmt.Errorf("%w\n%s", err, output)
	}
	return seen, nil
}
