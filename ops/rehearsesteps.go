package ops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// rehearsalHandlers perform the steps of a rehearsal.
func rehearsalHandlers(env Environment) Handlers {
	if env.Scratch == nil || env.Bench == nil {
		return nil
	}
	s := stage{env.Scratch, env.Bench}
	return Handlers{RestoreScratch: restoreScratch{s}, Rehearse: rehearse{s}, ClearScratch: clearScratch{s}}
}

// stage is where a version is rehearsed.
type stage struct {
	scratch Scratch
	bench   Bench
}

// clear removes the APIs first: they hold the copy open.
func (s stage) clear(ctx context.Context, run Run) error {
	return errors.Join(s.bench.ClearBench(ctx, run.ID), s.scratch.DropScratch(ctx, run.ID))
}

// set makes a new copy, whatever an earlier attempt left.
func (s stage) set(ctx context.Context, task Task) (*ScratchCopy, error) {
	if err := s.bench.ClearBench(ctx, task.Run.ID); err != nil {
		return nil, err
	}
	restored, err := s.scratch.RestoreScratch(ctx, task.Run.ID, task.Report)
	return &restored, err
}

type restoreScratch struct{ stage }

func (restoreScratch) Done(context.Context, Task) (bool, Result, error) { return false, Result{}, nil }

func (h restoreScratch) Do(ctx context.Context, task Task) (Result, error) {
	restored, err := h.set(ctx, task)
	if err != nil {
		return Result{}, err
	}
	return Result{Scratch: restored, Note: fmt.Sprintf("%s restored in %s", bytesText(restored.Bytes), tookText(restored.Took))}, nil
}

// Undo leaves nothing of the rehearsal, wherever it stopped.
func (h restoreScratch) Undo(ctx context.Context, task Task) (Result, error) {
	return Result{Note: "the copy is removed"}, h.clear(ctx, task.Run)
}

type clearScratch struct{ stage }

func (clearScratch) Done(context.Context, Task) (bool, Result, error) { return false, Result{}, nil }

func (h clearScratch) Do(ctx context.Context, task Task) (Result, error) {
	return Result{Note: "the copy is removed"}, h.clear(ctx, task.Run)
}

type rehearse struct{ stage }

func (rehearse) Done(context.Context, Task) (bool, Result, error) { return false, Result{}, nil }

// Do starts the target's API beside the one that runs now, as a rolling upgrade would,
// and then asks the old one whether it can live with what became of the schema. The target starts only
// once the old one, which has nothing to migrate, was seen to use the copy: else it could
// migrate the live database. That the target does not come up is what the rehearsal has found, and no failure of it.
func (h rehearse) Do(ctx context.Context, task Task) (Result, error) {
	restored := task.Run.scratch()
	if restored == nil || task.Attempt > 1 { // a dead attempt may have migrated it half
		var err error
		if restored, err = h.set(ctx, task); err != nil {
			return Result{}, err
		}
	}
	plan := task.Run.Plan
	found := Rehearsal{
		From: plan.From, Target: plan.Target, Backup: restored.Backup.File, BackupAt: restored.Backup.At,
		Pending: plan.Facts.Pending, Restore: restored.Took, Bytes: restored.Bytes,
	}
	current := Trial{Run: task.Run.ID, Name: "current", Version: plan.From, Database: restored.Database}
	if err := h.try(ctx, current, task.Report); err != nil {
		return Result{}, fmt.Errorf("start API %s, which runs now, on the copy: %w", plan.From, err)
	}
	if err := h.scratch.InUse(ctx, task.Run.ID); err != nil {
		return Result{}, fmt.Errorf("make sure that API %s uses the copy, before API %s migrates it: %w", plan.From, plan.Target, err)
	}
	if err := h.migrate(ctx, task, restored.Database, &found); err != nil {
		return Result{}, err
	}
	if found.Failed == "" {
		found.Answers = tried(fmt.Sprintf("API %s answers on the migrated schema", plan.From), h.bench.Answers(ctx, current))
		previous := current
		previous.Name = "previous"
		err := h.try(ctx, previous, task.Report)
		if err != nil && !showsFailure(err) && ctx.Err() == nil {
			return Result{}, fmt.Errorf("start API %s on the migrated copy: %w", plan.From, err)
		}
		found.Starts = tried(fmt.Sprintf("API %s starts on the migrated schema", plan.From), err)
	}
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	found.At = time.Now().UTC()
	return Result{Rehearsal: &found, Note: found.Summary()}, nil
}

// migrate starts the target's API, which migrates the copy, and measures that.
func (h rehearse) migrate(ctx context.Context, task Task, database string, found *Rehearsal) error {
	stop, err := h.scratch.WatchScratch(ctx, task.Run.ID)
	if err != nil {
		return fmt.Errorf("watch the copy: %w", err)
	}
	began := time.Now()
	failed := h.try(ctx, Trial{Run: task.Run.ID, Name: "target", Version: found.Target, Database: database}, task.Report)
	found.Boot = time.Since(began)
	measured, err := stop(ctx)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case failed != nil && !showsFailure(failed):
		return fmt.Errorf("start API %s on the copy: %w", found.Target, failed)
	case err != nil:
		return fmt.Errorf("measure what the migrations did: %w", err)
	case failed != nil:
		found.Failed = failed.Error()
	}
	found.Measured = measured
	return nil
}

func (h rehearse) try(ctx context.Context, t Trial, report func(Progress)) error {
	report(Progress{Fraction: -1, Note: "starting API " + t.Version.String() + " on the copy"})
	return h.bench.Try(ctx, t, report)
}

// showsFailure tells an API that does not come up from a trial that did not come about,
// such as for want of an engine: plans go by the one alone.
func showsFailure(err error) bool {
	_, failed := errors.AsType[TrialFailed](err)
	return failed
}

func tried(well string, err error) Tried {
	if err != nil {
		return Tried{Fact: err.Error()}
	}
	return Tried{OK: true, Fact: well}
}

// scratch is the copy that the run restored; nil before.
func (r Run) scratch() *ScratchCopy {
	if s := r.step(RestoreScratch); s != nil {
		return s.Result.Scratch
	}
	return nil
}

// Rehearsal is what the run has shown; nil where it rehearsed nothing, or not yet.
func (r Run) Rehearsal() *Rehearsal {
	if s := r.step(Rehearse); s != nil {
		return s.Result.Rehearsal
	}
	return nil
}

// Summary is what the rehearsal has shown, on one line.
func (r Rehearsal) Summary() string {
	if r.Failed != "" {
		return fmt.Sprintf("API %s does not come up on this data: %s", r.Target, r.Failed)
	}
	parts := []string{fmt.Sprintf("%s in %s", plural(len(r.Migrations), "migration"), tookText(r.Took()))}
	if against := r.Against(); against != "" {
		parts = append(parts, against)
	} else {
		parts = append(parts, "nothing speaks against rolling")
	}
	if r.Starts.OK {
		parts = append(parts, "images alone can go back")
	} else {
		parts = append(parts, "images alone cannot go back: "+r.Starts.Fact)
	}
	return strings.Join(parts, "; ")
}

func tookText(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }
