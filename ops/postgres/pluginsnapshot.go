package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// pluggedSnapshot takes the snapshot of a window with the site's own command.
type pluggedSnapshot struct{ plugin }

var _ ops.Undoer = pluggedSnapshot{}

// Done finds the record, which is written once the snapshot is whole.
func (h pluggedSnapshot) Done(_ context.Context, task ops.Task) (bool, ops.Result, error) {
	if err := checkRun(task.Run); err != nil {
		return false, ops.Result{}, err
	}
	rec, err := h.records().read(task.Run.ID)
	if err != nil || rec == nil {
		return false, ops.Result{}, err
	}
	return true, ops.Result{Snapshot: rec.Snapshot, Position: rec.Position, Note: "taken at " + rec.At.Format("15:04:05 MST")}, nil
}

// Do has the command begin anew whatever a dead attempt left.
func (h pluggedSnapshot) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	if err := checkRun(task.Run); err != nil {
		return ops.Result{}, err
	}
	rec, took, err := h.take(ctx, task)
	if err != nil {
		return ops.Result{}, fmt.Errorf("take a snapshot of database %s: %w", h.server.opts.Name, err)
	}
	h.server.opts.Log.WithFields(logrus.Fields{"run": task.Run.ID, "step": task.Step.Name, "snapshot": rec.Snapshot, "took": took.Round(time.Millisecond)}).
		Info("snapshot taken by the site's command")
	return ops.Result{Snapshot: rec.Snapshot, Position: rec.Position, Note: fmt.Sprintf("%s taken in %s", rec.Snapshot, took.Round(100*time.Millisecond))}, nil
}

func (h pluggedSnapshot) take(ctx context.Context, task ops.Task) (record, time.Duration, error) {
	s := h.server
	applied, err := s.Applied(ctx)
	if err != nil {
		return record{}, 0, err
	}
	before := s.restPosition(ctx)
	began := time.Now()
	task.Report(ops.Progress{Fraction: -1, Note: "the site's command takes it"})
	out, err := h.call(ctx, asked{verb: verbCreate, run: task.Run.ID, snapshot: s.snapshotOf(task.Run)})
	if err != nil {
		return record{}, 0, err
	}
	made, err := h.parseAnswer(out)
	if err != nil {
		return record{}, 0, fmt.Errorf("%s create: %w", s.opts.SnapshotCommand[0], err)
	}
	if made.At.IsZero() {
		made.At = began
	}
	rec := record{Run: task.Run.ID, Database: s.opts.Name, Snapshot: made.Snapshot, At: made.At.UTC(), Bytes: made.Bytes,
		Applied: applied, Position: s.stillAt(ctx, before)}
	return rec, time.Since(began), h.records().write(rec)
}

// Undo puts the snapshot in place where the live database has moved on, and drops it
// where it has not. A snapshot that is needed is never dropped.
func (h pluggedSnapshot) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	if err := checkRun(task.Run); err != nil {
		return ops.Result{}, err
	}
	result, err := h.undo(ctx, task)
	if err != nil {
		return ops.Result{}, fmt.Errorf("put database %s back: %w", h.server.opts.Name, err)
	}
	return result, nil
}

func (h pluggedSnapshot) undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	s, run := h.server, task.Run.ID
	rec, err := h.records().read(run)
	if err != nil {
		return ops.Result{}, err
	}
	if rec != nil && rec.Returning == run { // begun before: the live database may be anything
		return h.putBack(ctx, task, *rec)
	}
	applied, err := s.Applied(ctx)
	switch {
	case err != nil:
		return ops.Result{}, err
	case rec != nil && digestOf(rec.Applied) != digestOf(applied):
		rec.Returning = run
		return h.putBack(ctx, task, *rec)
	case rec == nil && len(applied) != task.Run.Plan.Facts.Applied:
		return ops.Result{}, fmt.Errorf("there is no snapshot, and the live database has %d migrations applied where it had %d: restore the backup of this run",
			len(applied), task.Run.Plan.Facts.Applied)
	}
	return ops.Result{Note: "the database is as it was; its snapshot is dropped"}, h.drop(ctx, run, rec)
}

// drop removes a snapshot, also half of one that has no record yet.
func (h plugin) drop(ctx context.Context, run string, rec *record) error {
	name := h.server.snapshotOf(ops.Run{ID: run})
	if rec != nil {
		name = rec.Snapshot
	}
	if _, err := h.call(ctx, asked{verb: verbDrop, run: run, snapshot: name}); err != nil {
		return err
	}
	return h.records().remove(run)
}

// putBack has the command put a snapshot in the database's place, and looks whether it
// has. The record says beforehand that it begins.
func (h plugin) putBack(ctx context.Context, task ops.Task, rec record) (ops.Result, error) {
	began := time.Now()
	if err := h.records().write(rec); err != nil {
		return ops.Result{}, err
	}
	task.Report(ops.Progress{Fraction: -1, Note: "the site's command puts " + rec.Snapshot + " back"})
	if _, err := h.call(ctx, asked{verb: verbRestore, run: rec.Run, snapshot: rec.Snapshot}); err != nil {
		return ops.Result{}, err
	}
	if err := h.isBack(ctx, rec); err != nil {
		return ops.Result{}, err
	}
	rec.Returned = true
	took := time.Since(began).Round(100 * time.Millisecond)
	h.server.opts.Log.WithFields(logrus.Fields{"run": task.Run.ID, "step": task.Step.Name, "snapshot": rec.Snapshot, "took": took}).
		Info("snapshot put back by the site's command")
	return ops.Result{Lost: rec.Lost, Note: fmt.Sprintf("%s of %s is back in use, in %s", rec.Snapshot, rec.At.Format("15:04:05 MST"), took)}, h.records().write(rec)
}

// isBack waits for a server that the command restarted, and looks at its migrations.
func (h plugin) isBack(ctx context.Context, rec record) error {
	for began := time.Now(); ; {
		applied, err := h.server.Applied(ctx)
		switch {
		case err == nil && digestOf(applied) == digestOf(rec.Applied):
			return nil
		case err == nil:
			return settled{fmt.Errorf("the command says that %s is back, and the database has %d migrations applied where the snapshot has %d: nothing is started on it", rec.Snapshot, len(applied), len(rec.Applied))}
		case time.Since(began) > undoFor || ctx.Err() != nil:
			return errors.Join(errors.New("the command says that the snapshot is back, and the database does not answer"), err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(undoPause):
		}
	}
}
