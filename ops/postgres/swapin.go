package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// swapIn puts the database to which a rollback returns in the live one's place, which it
// keeps until its retention ends: the snapshot of the run that is taken back, or the
// backup that this run has restored.
type swapIn struct{ server *Server }

var _ ops.Undoer = swapIn{}

// Done finds the database that the run has put out of use, under its name with its mark:
// both come to be with the swap.
func (h swapIn) Done(ctx context.Context, task ops.Task) (done bool, result ops.Result, err error) {
	p, err := h.server.places(task.Run)
	if err != nil {
		return false, ops.Result{}, err
	}
	err = h.server.beside(ctx, ownName, func(conn *pgx.Conn) error {
		all, err := asides(ctx, conn, p.kept)
		if err == nil {
			_, done = all[p.kept].is(abandonedKind, h.server.opts.Name)
		}
		return err
	})
	if err != nil {
		return false, ops.Result{}, fmt.Errorf("look for database %s: %w", p.kept, err)
	}
	if done {
		result = h.server.swapped(ctx, task.Run, p)
	}
	return done, result, nil
}

// Do swaps, and counts afterwards what is lost: only then nobody can write to it any
// more, and every session has reported what it wrote.
func (h swapIn) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	p, err := h.server.places(task.Run)
	if err != nil {
		return ops.Result{}, err
	}
	s := h.server
	return s.insist(ctx, task, "put "+p.in+" in the place of database "+s.opts.Name, func() (ops.Result, error) {
		err := s.beside(ctx, attemptOf(task.Run), func(conn *pgx.Conn) error { return s.swapIn(ctx, conn, task.Run, p) })
		if err != nil {
			return ops.Result{}, err
		}
		return s.swapped(ctx, task.Run, p), nil
	})
}

// Undo puts the abandoned database back in its place, and the other under the name that
// it had.
func (h swapIn) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	p, err := h.server.places(task.Run)
	if err != nil {
		return ops.Result{}, err
	}
	s := h.server
	return s.insist(ctx, task, "put database "+s.opts.Name+" back", func() (result ops.Result, err error) {
		err = s.beside(ctx, attemptOf(task.Run), func(conn *pgx.Conn) error {
			result, err = s.swapBack(ctx, conn, task.Run, p)
			return err
		})
		return result, err
	})
}

// places are the names of the databases of a swap beside the live one.
type places struct {
	in   string // before it is in use
	kind asideKind
	kept string // what was live
}

func (s *Server) places(run ops.Run) (places, error) {
	back := run.Request.Rollback
	if back == nil {
		return places{}, errors.New("swap the database: the run is no rollback")
	}
	if err := errors.Join(checkRun(run), checkRun(ops.Run{ID: back.Run})); err != nil {
		return places{}, err
	}
	p := places{kept: asideName(s.opts.Name, abandonedKind, run.ID)}
	switch back.Way {
	case ops.BackBySnapshot:
		p.in, p.kind = asideName(s.opts.Name, snapshotKind, back.Run), snapshotKind
	case ops.BackByBackup:
		p.in, p.kind = asideName(s.opts.Name, restoredKind, run.ID), restoredKind
	default:
		return places{}, fmt.Errorf("swap the database: going back by %s leaves it as it is", back.Way)
	}
	return p, nil
}

// swapIn looks, and swaps unless a dead attempt has.
func (s *Server) swapIn(ctx context.Context, conn *pgx.Conn, run ops.Run, p places) error {
	if err := endAttempt(ctx, conn, attemptOf(run)); err != nil {
		return err
	}
	all, err := asides(ctx, conn, p.in, p.kept)
	if err != nil {
		return err
	}
	if _, before := all[p.kept].is(abandonedKind, s.opts.Name); before {
		return nil
	}
	m, whole := all[p.in].is(p.kind, s.opts.Name)
	if !whole || !all[p.in].valid {
		return settled{fmt.Errorf("there is no whole %s called %s", p.kind, p.in)}
	}
	live, err := s.lookAtLive(ctx, conn)
	if err != nil {
		return err
	}
	began := time.Now()
	left := mark{kind: abandonedKind, database: s.opts.Name, run: run.ID, at: began, instead: all[p.in].comment, comment: live.comment}
	if err := s.swap(ctx, conn, exchange{in: p.in, comment: m.comment, out: p.kept, left: left.String()}); err != nil {
		return err
	}
	s.opts.Log.WithFields(logrus.Fields{"run": run.ID, "database": p.in, "kept": p.kept, "took": time.Since(began).Round(time.Millisecond)}).
		Info("database swapped")
	return nil
}

// swapped is what a swap leaves to tell. Its count can fail no run, for the swap is done.
func (s *Server) swapped(ctx context.Context, run ops.Run, p places) ops.Result {
	counting, cancel := context.WithTimeoutCause(ctx, countLimit, fmt.Errorf("it could not be counted within %s", countLimit))
	defer cancel()
	lost := s.lost(counting, run, p)
	return ops.Result{Lost: &lost, Kept: p.kept, Note: "in use now; what was there is kept as " + p.kept}
}

// lost counts what was written to the abandoned database since the state that is in use
// now.
func (s *Server) lost(ctx context.Context, run ops.Run, p places) ops.Written {
	since, err := s.returnedTo(*run.Request.Rollback)
	if err != nil {
		return ops.Written{Unknown: err.Error()}
	}
	var w ops.Written
	for range countTries {
		if w, err = s.writtenTo(ctx, p.kept, since); err == nil {
			return w
		}
		if ctx.Err() != nil {
			return ops.Written{Since: since.At, Unknown: context.Cause(ctx).Error()}
		}
	}
	return ops.Written{Since: since.At, Unknown: err.Error()}
}

const (
	// countTries is how often it is tried to count after a swap: a connection may be lost.
	countTries = 3
	// countLimit bounds all of them, for nothing is served meanwhile.
	countLimit = 30 * time.Second
)

// returnedTo is the position of the state that a rollback returns to.
func (s *Server) returnedTo(back ops.Rollback) (ops.Position, error) {
	if back.Since != nil {
		return *back.Since, nil
	}
	if back.Backup != "" {
		c := s.catalogue()
		name, err := c.name(back.Backup)
		if err != nil {
			return ops.Position{}, err
		}
		m, err := c.read(name)
		if err != nil {
			return ops.Position{}, err
		}
		if m.Position != nil {
			return *m.Position, nil
		}
	}
	return ops.Position{}, errors.New("it was not recorded where writing was then")
}

// swapBack takes a swap back; where surely none happened it does nothing.
func (s *Server) swapBack(ctx context.Context, conn *pgx.Conn, run ops.Run, p places) (ops.Result, error) {
	if err := endAttempt(ctx, conn, attemptOf(run)); err != nil {
		return ops.Result{}, err
	}
	all, err := asides(ctx, conn, p.kept, p.in)
	if err != nil {
		return ops.Result{}, err
	}
	m, there := all[p.kept].is(abandonedKind, s.opts.Name)
	if !there {
		return s.notSwapped(ctx, conn, run, p, all)
	}
	began := time.Now()
	if err := s.swap(ctx, conn, exchange{in: p.kept, comment: m.comment, out: p.in, left: m.instead, shut: true}); err != nil {
		return ops.Result{}, err
	}
	s.opts.Log.WithFields(logrus.Fields{"run": run.ID, "database": p.in, "took": time.Since(began).Round(time.Millisecond)}).Info("swap of the database taken back")
	return ops.Result{Note: fmt.Sprintf("the database of %s is in use again, and the other is %s as before", m.at.Format("15:04:05 MST"), p.in)}, nil
}
