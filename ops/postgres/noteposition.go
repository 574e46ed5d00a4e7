package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// reportsWithin is longer than a session of PostgreSQL may keep to itself what it has
	// counted (PostgreSQL 15: PGSTAT_IDLE_INTERVAL, 10 s).
	reportsWithin = 12 * time.Second
	reportPause   = 100 * time.Millisecond
)

// notePosition notes where writing is after the migrations of a run, so that what they
// wrote is not taken for what users wrote.
type notePosition struct{ server *Server }

// Done is never known beforehand: the position is that of the moment.
func (h notePosition) Done(context.Context, ops.Task) (bool, ops.Result, error) {
	return false, ops.Result{}, nil
}

// Do never fails a run, for the run itself needs nothing of it: a position that is not
// exact says so, and where there is none the note says why.
func (h notePosition) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	p, err := h.server.afterMigrations(ctx, task)
	switch {
	case ctx.Err() != nil:
		return ops.Result{}, context.Cause(ctx)
	case err != nil:
		h.server.opts.Log.WithError(err).WithField("run", task.Run.ID).Warn("cannot note where writing is")
		return ops.Result{Note: "not noted: " + err.Error()}, nil
	case p.Loose != "":
		return ops.Result{Position: &p, Note: "noted, not exactly: " + p.Loose}, nil
	}
	return ops.Result{Position: &p, Note: "noted at " + p.LSN}, nil
}

// afterMigrations is the position once the counts have in them what the migrations of
// the run wrote. sqlx writes a row into its table in the transaction of each migration,
// so that the session which reports that row has reported the others.
func (s *Server) afterMigrations(ctx context.Context, task ops.Task) (p ops.Position, err error) {
	migrations, err := s.Applied(ctx)
	if err != nil {
		return p, err
	}
	since := positionOf(task.Run)
	more := int64(len(migrations) - task.Run.Plan.Facts.Applied)
	began := time.Now()
	tick := time.NewTicker(reportPause)
	defer tick.Stop()
	err = s.with(ctx, func(conn *pgx.Conn) error {
		for {
			if p, err = position(ctx, conn); err != nil {
				return err
			}
			p.Loose, err = reported(since, p, more)
			if err == nil {
				return nil
			}
			if time.Since(began) > reportsWithin {
				p.Loose = err.Error() + ", and rows that they wrote may be counted later"
				return nil
			}
			task.Report(ops.Progress{Fraction: -1, Note: "waiting until PostgreSQL has counted what the migrations wrote"})
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-tick.C:
			}
		}
	})
	return p, err
}

// positionOf is the newest position of a run's steps; nil when there is none.
func positionOf(run ops.Run) *ops.Position {
	var p *ops.Position
	for _, step := range run.Steps {
		if step.Kind == ops.Snapshot && step.Result.Position != nil {
			p = step.Result.Position
		}
	}
	return p
}

// reported is an error while what so many more migrations wrote is not in the counts,
// and loose where that can never be told.
func reported(since *ops.Position, now ops.Position, more int64) (loose string, err error) {
	if more <= 0 {
		return "", nil
	}
	if since == nil {
		return "there is no count from before the migrations, so rows that they wrote may be counted later", nil
	}
	if why := incomparable(*since, now); why != "" {
		return why, nil
	}
	if counted := now.Tables[migrationsTable].Inserted - since.Tables[migrationsTable].Inserted; counted < more {
		return "", fmt.Errorf("PostgreSQL has counted %d of %d migrations", max(counted, 0), more)
	}
	return "", nil
}
