package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// snapshot copies the database aside while nobody is connected to it, and puts the
// copy in its place when the run is undone.
type snapshot struct{ server *Server }

var _ ops.Undoer = snapshot{}

// Done finds the run's snapshot whole: it has its mark only once it is.
func (h snapshot) Done(ctx context.Context, task ops.Task) (done bool, result ops.Result, err error) {
	if err := checkRun(task.Run); err != nil {
		return false, ops.Result{}, err
	}
	s := h.server
	name := s.snapshotOf(task.Run)
	err = s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		all, err := asides(ctx, conn, name)
		if err != nil {
			return err
		}
		m, whole := all[name].is(snapshotKind, s.opts.Name)
		if !whole || !all[name].valid {
			return nil
		}
		done = true
		result = ops.Result{Snapshot: name, Note: "copied at " + m.at.Format("15:04:05 MST")}
		result.Position = s.laterPosition(ctx)
		return nil
	})
	if err != nil {
		return false, ops.Result{}, fmt.Errorf("look for database %s: %w", name, err)
	}
	return done, result, nil
}

// Do begins anew whatever a dead attempt left.
func (h snapshot) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	if err := checkRun(task.Run); err != nil {
		return ops.Result{}, err
	}
	s := h.server
	began := time.Now()
	name := s.snapshotOf(task.Run)
	bytes, at, err := s.copyAside(ctx, task, name)
	if err != nil {
		return ops.Result{}, fmt.Errorf("copy database %s aside: %w", s.opts.Name, err)
	}
	took := time.Since(began)
	s.opts.Log.WithFields(logrus.Fields{"run": task.Run.ID, "step": task.Step.Name, "snapshot": name, "bytes": bytes, "took": took.Round(time.Millisecond)}).
		Info("database copied aside")
	task.Report(ops.Progress{Fraction: 1})
	return ops.Result{Snapshot: name, Position: at, Note: fmt.Sprintf("%s copied in %s", bytesText(bytes), took.Round(100*time.Millisecond))}, nil
}

func (s *Server) snapshotOf(run ops.Run) string { return asideName(s.opts.Name, snapshotKind, run.ID) }

// attemptOf is how a dead attempt's session is found on the server.
func attemptOf(run ops.Run) string { return "ktops snapshot " + run.ID }

func (s *Server) copyAside(ctx context.Context, task ops.Task, name string) (bytes int64, at *ops.Position, err error) {
	err = s.beside(ctx, attemptOf(task.Run), func(conn *pgx.Conn) error {
		if err := s.clear(ctx, conn, task.Run, name); err != nil {
			return err
		}
		applied, err := s.Applied(ctx)
		if err != nil {
			return err
		}
		live, err := s.lookAtLive(ctx, conn)
		if err != nil {
			return err
		}
		bytes = live.bytes
		if err := s.roomFor(live.bytes); err != nil {
			return err
		}
		before := s.restPosition(ctx)
		if err := s.copyDatabase(ctx, conn, live, name, task.Report); err != nil {
			return err
		}
		at = s.stillAt(ctx, before)
		m := mark{kind: snapshotKind, database: s.opts.Name, run: task.Run.ID, at: time.Now(), migrations: digestOf(applied), comment: live.comment}
		return s.finish(ctx, conn, name, m)
	})
	return bytes, at, err
}

// clear ends what a dead attempt of the run still does on the server, and removes
// what it left.
func (s *Server) clear(ctx context.Context, conn *pgx.Conn, run ops.Run, name string) error {
	if err := endAttempt(ctx, conn, attemptOf(run)); err != nil {
		return err
	}
	all, err := asides(ctx, conn, name)
	if err != nil {
		return err
	}
	left, there := all[name]
	if !there {
		return nil
	}
	if _, ours := left.is(snapshotKind, s.opts.Name); left.comment != "" && !ours {
		return fmt.Errorf("there is a database %s already, and its comment says that it is not ktops's: rename it", name)
	}
	return dropDatabase(ctx, conn, name)
}

// roomFor refuses a copy that would fill the disk, where that can be seen.
func (s *Server) roomFor(bytes int64) error {
	if s.opts.DataDir == "" {
		return nil
	}
	free, err := freeBytes(s.opts.DataDir)
	if err != nil {
		return fmt.Errorf("free space of the data directory: %w; correct database.data_directory", err)
	}
	if need := roomNeeded(bytes); free < need {
		return fmt.Errorf("it needs %s on the disk of %s, of which %s is free: free %s more",
			humanize.Bytes(uint64(need)), s.opts.DataDir, bytesText(free), bytesText(need-free))
	}
	return nil
}

// roomNeeded is for a copy of so many bytes, with what the server writes beside it.
func roomNeeded(bytes int64) int64 { return bytes + bytes/10 + 64<<20 }
