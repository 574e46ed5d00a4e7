package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// pluggedSwap returns to a snapshot that the site's command made. What it did not make
// is swapped in as ever: a backup, or a snapshot from before there was the command.
type pluggedSwap struct {
	plugin
	otherwise swapIn
}

var (
	_ ops.Undoer    = pluggedSwap{}
	_ ops.Committer = pluggedSwap{}
)

// ours is the record of the snapshot to which a run goes back; nil when the command
// did not make it.
func (h pluggedSwap) ours(run ops.Run) (*record, error) {
	back := run.Request.Rollback
	if back == nil || back.Way != ops.BackBySnapshot {
		return nil, nil
	}
	if err := errors.Join(checkRun(run), checkRun(ops.Run{ID: back.Run})); err != nil {
		return nil, err
	}
	return h.records().read(back.Run)
}

// Done finds that this run has put it back.
func (h pluggedSwap) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	rec, err := h.ours(task.Run)
	if err != nil {
		return false, ops.Result{}, err
	}
	if rec == nil {
		return h.otherwise.Done(ctx, task)
	}
	if rec.Returning != task.Run.ID || !rec.Returned {
		return false, ops.Result{}, nil
	}
	return true, ops.Result{Lost: rec.Lost, Note: rec.Snapshot + " is back in use"}, nil
}

// Do counts what is lost first: afterwards there may be nothing left to count it in.
func (h pluggedSwap) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	rec, err := h.ours(task.Run)
	if err != nil {
		return ops.Result{}, err
	}
	if rec == nil {
		return h.otherwise.Do(ctx, task)
	}
	if rec.Returning != task.Run.ID {
		rec.Returning, rec.Returned, rec.Lost = task.Run.ID, false, h.lost(ctx, task.Run, *rec)
	}
	result, err := h.putBack(ctx, task, *rec)
	if err != nil {
		return ops.Result{}, fmt.Errorf("go back to snapshot %s: %w", rec.Snapshot, err)
	}
	return result, nil
}

// lost counts what was written since the snapshot. Sessions that do nothing are ended
// first, for they tell what they wrote only then.
func (h pluggedSwap) lost(ctx context.Context, run ops.Run, rec record) *ops.Written {
	since := rec.Position
	if run.Request.Rollback.Since != nil {
		since = run.Request.Rollback.Since
	}
	if since == nil {
		return &ops.Written{Since: rec.At, Unknown: "it was not recorded where writing was then"}
	}
	h.server.restPosition(ctx)
	w, err := h.server.WrittenSince(ctx, *since)
	if err != nil {
		return &ops.Written{Since: since.At, Unknown: err.Error()}
	}
	return &w
}

// Committed finds that the command was told to put the snapshot back.
func (h pluggedSwap) Committed(_ context.Context, task ops.Task) (bool, error) {
	rec, err := h.ours(task.Run)
	return rec != nil && rec.Returning == task.Run.ID, err
}

// Undo cannot bring back what the command has replaced.
func (h pluggedSwap) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	rec, err := h.ours(task.Run)
	switch {
	case err != nil:
		return ops.Result{}, err
	case rec == nil:
		return h.otherwise.Undo(ctx, task)
	case rec.Returning != task.Run.ID:
		return ops.Result{Note: "nothing was put back"}, nil
	}
	return ops.Result{}, fmt.Errorf("take the return to snapshot %s back: the site's command has begun it, and has no way to undo it: continue the run, or restore a backup", rec.Snapshot)
}

// points are the snapshots of the command that can be gone back to.
func (h plugin) points(ctx context.Context) ([]ops.ReturnPoint, error) {
	list, err := h.records().list()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	unfit := "the command that made it, database.snapshot, is not configured any more"
	if h.server.plugged() {
		if unfit, err = h.check(ctx); err != nil {
			return nil, err
		}
	}
	points := make([]ops.ReturnPoint, 0, len(list))
	for _, rec := range list {
		points = append(points, ops.ReturnPoint{Way: ops.BackBySnapshot, Run: rec.Run, Name: rec.Snapshot, At: rec.At, Bytes: rec.Bytes,
			Applied: rec.Applied, Position: rec.Position, Unfit: unfit})
	}
	return points, nil
}

// prune drops the snapshots of the command that have outlived their time.
func (h plugin) prune(ctx context.Context, now time.Time, spared []string) ([]string, error) {
	if !h.server.plugged() {
		return nil, nil
	}
	list, err := h.records().list()
	var dropped []string
	for _, rec := range list {
		if now.Sub(rec.At) <= h.server.opts.SnapshotKeep || slices.Contains(spared, rec.Run) {
			continue
		}
		if failed := h.drop(ctx, rec.Run, &rec); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		dropped = append(dropped, rec.Snapshot)
	}
	return dropped, err
}
