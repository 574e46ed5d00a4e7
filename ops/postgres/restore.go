package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// restore brings a verified backup back into a database beside the live one, which a
// swap can then put in its place. The live one is never touched.
type restore struct{ server *Server }

var _ ops.Undoer = restore{}

// Done finds the run's database whole: it has its mark only once everything in it was
// looked at.
func (h restore) Done(ctx context.Context, task ops.Task) (done bool, result ops.Result, err error) {
	name, err := h.server.restoredOf(task.Run)
	if err != nil {
		return false, ops.Result{}, err
	}
	err = h.server.beside(ctx, ownName, func(conn *pgx.Conn) error {
		all, err := asides(ctx, conn, name)
		if err != nil {
			return err
		}
		m, whole := all[name].is(restoredKind, h.server.opts.Name)
		if done = whole && all[name].valid; done {
			result.Note = "restored as " + name + " at " + m.at.Format("15:04:05 MST")
		}
		return nil
	})
	if err != nil {
		return false, ops.Result{}, fmt.Errorf("look for database %s: %w", name, err)
	}
	return done, result, nil
}

// Do begins anew whatever a dead attempt left.
func (h restore) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	name, err := h.server.restoredOf(task.Run)
	if err != nil {
		return ops.Result{}, err
	}
	s := h.server
	began := time.Now()
	file := task.Run.Request.Rollback.Backup
	d, err := s.restoreBeside(ctx, task, file, name)
	if err != nil {
		err = errors.Join(fmt.Errorf("restore %s beside database %s: %w", file, s.opts.Name, err), s.drop(ctx, s.unfinished(ctx, name)))
		return ops.Result{}, err
	}
	took := time.Since(began)
	s.opts.Log.WithFields(logrus.Fields{"run": task.Run.ID, "step": task.Step.Name, "database": name, "rows": d.Rows, "took": took.Round(time.Millisecond)}).
		Info("backup restored beside the live database")
	task.Report(ops.Progress{Fraction: 1})
	return ops.Result{Note: fmt.Sprintf("%s in %s restored as %s in %s; %s", plural(d.Rows, "row"), plural(int64(d.Tables), "table"), name,
		took.Round(100*time.Millisecond), factsOf(d.Checks, "migrations", "amcheck"))}, nil
}

// Undo drops it, unless it is in use: then it has another name.
func (h restore) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	name, err := h.server.restoredOf(task.Run)
	if err != nil {
		return ops.Result{}, err
	}
	return h.server.insist(ctx, task, "drop database "+name, func() (ops.Result, error) {
		err := h.server.beside(ctx, attemptOf(task.Run), func(conn *pgx.Conn) error { return h.server.clearRestored(ctx, conn, task.Run, name) })
		return ops.Result{Note: "the restored database is dropped"}, err
	})
}

// restoredOf is the name of the database that a rollback restores.
func (s *Server) restoredOf(run ops.Run) (string, error) {
	if run.Request.Rollback == nil || run.Request.Rollback.Backup == "" {
		return "", errors.New("restore a backup: the run names none")
	}
	return asideName(s.opts.Name, restoredKind, run.ID), checkRun(run)
}

// unfinished is the name, for a database that is not whole; empty when it is not ours
// to drop.
func (s *Server) unfinished(ctx context.Context, name string) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropLimit)
	defer cancel()
	if s.beside(ctx, ownName, func(conn *pgx.Conn) error { return s.ourRestored(ctx, conn, name) }) != nil {
		return ""
	}
	return name
}

// clearRestored drops what an attempt of the run has restored, with the sessions in it.
func (s *Server) clearRestored(ctx context.Context, conn *pgx.Conn, run ops.Run, name string) error {
	if err := endAttempt(ctx, conn, attemptOf(run)); err != nil {
		return err
	}
	if err := s.ourRestored(ctx, conn, name); err != nil {
		return settled{err}
	}
	return dropForce(ctx, conn, name)
}

// ourRestored refuses a database of that name that is somebody else's, as its comment says.
func (s *Server) ourRestored(ctx context.Context, conn *pgx.Conn, name string) error {
	all, err := asides(ctx, conn, name)
	if err != nil || all[name].comment == "" {
		return err
	}
	for _, kind := range []asideKind{restoredKind, restoringKind} {
		if _, ours := all[name].is(kind, s.opts.Name); ours {
			return nil
		}
	}
	return fmt.Errorf("there is a database %s already, and its comment says that it is not ktops's: rename it", name)
}

// factsOf are what some checks found.
func factsOf(checks []ops.Finding, names ...string) string {
	var facts []string
	for _, name := range names {
		for _, f := range checks {
			if f.Check == name {
				facts = append(facts, name+": "+f.Fact)
			}
		}
	}
	return strings.Join(facts, "; ")
}
