package postgres

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// almost is the most that progress shows before the end: what is expected is
	// only an estimate.
	almost = 0.99
	// noteEvery is how often the server is asked which table is being copied.
	noteEvery = time.Second
)

// progressOf turns a count into progress that never goes back.
func progressOf(expected int64, note func() string, report func(ops.Progress)) func(n int64) {
	return func(n int64) {
		report(ops.Progress{Fraction: min(float64(n)/float64(expected), almost), Note: note()})
	}
}

// watchCopy is the progress of a dump, with the table that the server is copying
// as its note. The function it returns second ends the watching.
func (s *Server) watchCopy(ctx context.Context, application string, expected int64, report func(ops.Progress)) (func(n int64), func()) {
	var table atomic.Pointer[string]
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		// Without the note the progress is still right, so a failure ends only it.
		_ = s.with(ctx, func(conn *pgx.Conn) error { return watchTable(ctx, conn, application, &table) })
	})
	note := func() string {
		if t := table.Load(); t != nil {
			return *t
		}
		return ""
	}
	return progressOf(expected, note, report), func() {
		stop()
		watching.Wait()
	}
}

func watchTable(ctx context.Context, conn *pgx.Conn, application string, table *atomic.Pointer[string]) error {
	tick := time.NewTicker(noteEvery)
	defer tick.Stop()
	for {
		rows, err := conn.Query(ctx, copyingSQL, application)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if len(tables) > 0 {
			table.Store(&tables[0])
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
