package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// undoFor bounds how long an undo is tried again when the server restarts or
// somebody stands in the way: it is the way back, and nothing comes after it.
const (
	undoFor   = 30 * time.Second
	undoPause = 500 * time.Millisecond
)

// Undo puts the snapshot in the place of the live database where that has moved on,
// and drops it where it has not. What was live is kept. Interrupted anywhere, it
// leaves one live database, of before or after, and can be called again.
func (h snapshot) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	if err := checkRun(task.Run); err != nil {
		return ops.Result{}, err
	}
	s := h.server
	return s.insist(ctx, task, "put database "+s.opts.Name+" back", func() (ops.Result, error) { return s.putBack(ctx, task.Run) })
}

// insist tries again what failed for a reason that may pass.
func (s *Server) insist(ctx context.Context, task ops.Task, what string, try func() (ops.Result, error)) (ops.Result, error) {
	began := time.Now()
	for {
		result, err := try()
		if err == nil {
			return result, nil
		}
		if !passes(err) || time.Since(began) > undoFor || ctx.Err() != nil {
			return ops.Result{}, fmt.Errorf("%s: %w", what, err)
		}
		s.opts.Log.WithFields(logrus.Fields{"run": task.Run.ID, "step": task.Step.Name}).WithError(err).Warn("putting the database back is tried again")
		task.Report(ops.Progress{Fraction: -1, Note: "trying again: " + err.Error()})
		select {
		case <-ctx.Done():
			return ops.Result{}, context.Cause(ctx)
		case <-time.After(undoPause):
		}
	}
}

// settled is a failure that another attempt would not change.
type settled struct{ error }

// passes reports whether a failure may pass by itself: a connection that was lost,
// a server that restarts, a session or lock that is in the way.
func passes(err error) bool {
	var ours settled
	var server *pgconn.PgError
	switch {
	case errors.As(err, &ours):
		return false
	case errors.As(err, &server):
		return slices.Contains([]string{objectInUse, lockNotAvailable, cannotConnectNow, tooManyConnections, adminShutdown, crashShutdown}, server.Code)
	}
	return true
}

// putBack looks and does once what is to be done.
func (s *Server) putBack(ctx context.Context, run ops.Run) (ops.Result, error) {
	var result ops.Result
	err := s.beside(ctx, attemptOf(run), func(conn *pgx.Conn) error {
		if err := endAttempt(ctx, conn, attemptOf(run)); err != nil {
			return err
		}
		applied, err := s.Applied(ctx) // only now: a dead attempt that copies lets nobody in
		if err != nil {
			return err
		}
		snapshot, former := s.snapshotOf(run), asideName(s.opts.Name, abandonedKind, run.ID)
		all, err := asides(ctx, conn, snapshot, former)
		if err != nil {
			return err
		}
		f := found{snapshot: pick(all, snapshot), former: pick(all, former), applied: applied, planned: run.Plan.Facts.Applied}
		way, m, err := f.choose(s.opts.Name)
		if err != nil {
			return settled{err}
		}
		result.Note, err = s.goBack(ctx, conn, run, way, m)
		return err
	})
	return result, err
}

func pick(all map[string]aside, name string) *aside {
	if a, ok := all[name]; ok {
		return &a
	}
	return nil
}

// goBack does what was chosen, and says it.
func (s *Server) goBack(ctx context.Context, conn *pgx.Conn, run ops.Run, way way, m mark) (string, error) {
	snapshot, former := s.snapshotOf(run), asideName(s.opts.Name, abandonedKind, run.ID)
	log := s.opts.Log.WithFields(logrus.Fields{"run": run.ID, "snapshot": snapshot})
	switch way {
	case wayDrop:
		if err := s.endAPI(ctx, conn, m); err != nil {
			return "", err
		}
		if err := dropDatabase(ctx, conn, snapshot); err != nil {
			return "", err
		}
		log.Info("snapshot dropped: no migration was applied since")
		return "no migration was applied since; the snapshot is dropped", nil
	case waySwap:
		began := time.Now()
		left := mark{kind: abandonedKind, database: s.opts.Name, run: run.ID, at: began}
		if err := s.swap(ctx, conn, exchange{in: snapshot, comment: m.comment, out: former, left: left.String()}); err != nil {
			return "", err
		}
		log.WithFields(logrus.Fields{"kept": former, "took": time.Since(began).Round(time.Millisecond)}).Info("database put back as it was")
		return fmt.Sprintf("the database is as it was at %s; what was there is kept as %s", m.at.Format("15:04:05 MST"), former), nil
	case wayBefore:
		return "the database was put back before; what was there is kept as " + former, nil
	}
	return "there is no snapshot to put back", nil
}

// endAPI ends what an API that was stopped in a migration left on the server: it goes
// on there with its locks, and the previous API would wait for them. Only a whole
// snapshot was followed by a start of the API.
func (s *Server) endAPI(ctx context.Context, conn *pgx.Conn, m mark) error {
	if m.kind != snapshotKind {
		return nil
	}
	if err := endSessions(ctx, conn, evictSQL, []string{s.opts.Name}, anyState); err != nil {
		return fmt.Errorf("end the sessions that are left: %w", err)
	}
	return nil
}
