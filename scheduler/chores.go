package scheduler

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// do does one chore. Its error is that ctx has ended; how the chore ended is a result.
func (w *work) do(ctx context.Context, chore ops.Chore) (store.Done, error) {
	if chore == ops.ChoreUpgrade {
		return w.upgrade(ctx)
	}
	if why := w.unfit(ctx, chore); why != "" {
		return result(ops.Fail, "left out: "+why), nil
	}
	for {
		done, err := w.attempt(ctx, chore)
		switch {
		case ctx.Err() != nil && (err != nil || done.Level == ops.Fail): // it was broken off
			return store.Done{}, fmt.Errorf("%s in a window: %w", chore, context.Cause(ctx))
		case err == nil:
			return done, nil
		case !inTheWay(err):
			done := result(ops.Fail, err.Error())
			done.Acted = true
			return done, nil
		}
		if err := pause(ctx, retryEvery); err != nil {
			return store.Done{}, err
		}
		if !w.isOpen() {
			return result(ops.Fail, "left out: "+err.Error()), nil
		}
	}
}

// unfit says why a chore is not begun; empty when it is. Not to know how long it
// takes is no reason to leave it out.
func (w *work) unfit(ctx context.Context, chore ops.Chore) string {
	if !w.isOpen() {
		return "the window had closed"
	}
	if !w.late {
		return ""
	}
	needs, err := w.estimate(ctx, w.o, chore)
	if left := w.o.Closes.Sub(w.now()); err == nil && needs > left {
		return fmt.Sprintf("it takes about %s, and %s were left", ops.DurationText(needs), ops.DurationText(left))
	}
	return ""
}

// attempt does a chore once.
func (w *work) attempt(ctx context.Context, chore ops.Chore) (store.Done, error) {
	quiet := func(ops.Progress) {}
	done := store.Done{Acted: true}
	done.Level = ops.Pass
	switch chore {
	case ops.ChoreBackup:
		backup, err := w.operator.Backup(ctx, w.o.Environment, ops.Ktops(), quiet)
		done.Fact = filepath.Base(backup.File) + " was taken and read back"
		return done, err
	case ops.ChoreVerify:
		report, err := w.operator.Verify(ctx, w.o.Environment)
		done.Level, done.Fact = report.Level(), verdict(report)
		return done, err
	case ops.ChoreDrill:
		drill, err := w.operator.Drill(ctx, w.o.Environment, "", ops.Ktops(), quiet)
		return drilled(drill), err
	}
	return result(ops.Fail, fmt.Sprintf("ktops knows no chore %q", chore)), nil
}

// verdict tells how a verification ended, by its worst finding.
func verdict(report ops.Report) string {
	for _, level := range []ops.Level{ops.Fail, ops.Warn} {
		for _, f := range report.Checks {
			if f.Level == level {
				return f.Check + ": " + f.Fact
			}
		}
	}
	return fmt.Sprintf("all %d checks passed", len(report.Checks))
}

// inTheWay reports whether an error only says that somebody else has the environment.
func inTheWay(err error) bool { return errors.Is(err, ops.ErrBusy) || errors.Is(err, ops.ErrHeld) }
