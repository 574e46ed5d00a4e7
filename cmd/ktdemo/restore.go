package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
)

// guideRestore takes a dump as the guide does, stops the API, and is how many seconds
// the guide's pg_restore over the live database takes (guide: Rollback Database Migration).
func guideRestore(ctx context.Context, w *harness.World) (float64, error) {
	dump := filepath.Join(w.Dir, "guide.dump")
	if err := tool(ctx, w, "pg_dump", w.Postgres.URL(), "--format=custom", "--compress=9", "--file="+dump); err != nil {
		return 0, err
	}
	if _, err := w.Platform.Compose(ctx, "stop"); err != nil {
		return 0, err
	}
	began := time.Now()
	err := tool(ctx, w, "pg_restore", "--dbname="+w.Postgres.URL(), "--clean", "--if-exists", dump)
	return time.Since(began).Seconds(), err
}

func tool(ctx context.Context, w *harness.World, name string, args ...string) error {
	output, err := exec.CommandContext(ctx, filepath.Join(w.Postgres.Bin, name), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, output)
	}
	return nil
}

// lostRows counts the audit events that the abandoned database has and the live one
// has not, one by one: an ID alone may have been given anew.
func lostRows(ctx context.Context, w *harness.World, abandoned string) (int64, error) {
	live, err := events(ctx, w, harness.Database)
	if err != nil {
		return 0, err
	}
	left, err := events(ctx, w, abandoned)
	if err != nil {
		return 0, err
	}
	var lost int64
	for event := range left {
		if !live[event] {
			lost++
		}
	}
	return lost, nil
}

// event is what tells one row of the audit trail from every other.
type event struct {
	id int64
	at time.Time
}

func events(ctx context.Context, w *harness.World, database string) (map[event]bool, error) {
	conn, err := pgx.Connect(ctx, w.Postgres.SuperURL(database))
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", database, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it was only read
	rows, err := conn.Query(ctx, "SELECT id::bigint, created_at FROM events")
	if err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", database, err)
	}
	found := map[event]bool{}
	var e event
	_, err = pgx.ForEachRow(rows, []any{&e.id, &e.at}, func() error {
		found[event{e.id, e.at.UTC()}] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", database, err)
	}
	return found, nil
}
