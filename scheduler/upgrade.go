package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// upgrade begins the run that is for this occurrence and waits for its end.
func (w *work) upgrade(ctx context.Context) (store.Done, error) {
	if w.o.Run == "" {
		run, err := w.find(ctx)
		if err != nil {
			return store.Done{}, err
		}
		if run == nil {
			return w.nothing(ctx), nil
		}
		if err := w.adopt(ctx, run.ID); err != nil {
			return store.Done{}, err
		}
	}
	return w.follow(ctx)
}

// follow brings the occurrence's run on until it has ended; when it drifted, the one
// that is asked for in its place.
func (w *work) follow(ctx context.Context) (store.Done, error) {
	for {
		id := w.o.Run
		run, err := w.operator.Run(ctx, id)
		var gone *ops.Refusal
		if errors.As(err, &gone) {
			return result(ops.Fail, gone.Why), nil
		}
		var done store.Done
		over := false
		if err == nil {
			done, over, err = w.step(ctx, run)
		} else {
			err = w.retried(ctx, err)
		}
		if over || err != nil {
			return done, err
		}
		if w.o.Run != id {
			continue
		}
		if err := w.await(ctx, id, run.State); err != nil {
			return store.Done{}, err
		}
	}
}

// step brings the run on as far as the scheduler can; over tells that it has ended
// as far as this occurrence goes.
func (w *work) step(ctx context.Context, run ops.Run) (done store.Done, over bool, err error) {
	switch run.State {
	case ops.Proposed:
		return w.stepProposed(ctx, run)
	case ops.Scheduled:
		return w.stepScheduled(ctx, run)
	case ops.Held:
		if !w.isOpen() {
			return acted(ops.Fail, fmt.Sprintf("run %s (%s) is held: %s", run.ID, run.Plan.Target, run.Reason)), true, nil
		}
		return done, false, nil
	case ops.Approved, ops.Running:
		return done, false, nil
	case ops.Void:
		again, err := successor(ctx, w.operator, run)
		switch {
		case err != nil:
			return done, false, w.retried(ctx, err)
		case again == nil:
			return result(ops.Warn, w.hindered(runText(run))), true, nil
		}
		return done, false, w.adopt(ctx, again.ID)
	}
	return ended(run), true, nil
}

// stepProposed lets the opening pass when nobody approves in time: at the last moment
// at which the run would fit with the way back.
func (w *work) stepProposed(ctx context.Context, run ops.Run) (done store.Done, over bool, err error) {
	if w.now().Before(w.o.Closes.Add(-needs(run))) {
		return done, false, nil
	}
	why := fmt.Sprintf("nobody approved it until the last moment at which it would have fitted into window %s", w.o.Window)
	return w.pass(ctx, run, why)
}

// stepScheduled begins the run. Somebody in the way is waited for while the window is
// open; all else is the domain's to decide.
func (w *work) stepScheduled(ctx context.Context, run ops.Run) (done store.Done, over bool, err error) {
	if !w.isOpen() {
		return w.pass(ctx, run, w.hindered("window "+w.o.Window+" closed before it could begin"))
	}
	begun, err := w.operator.Begin(ctx, run.ID)
	switch {
	case err == nil && begun.ID != run.ID:
		return done, false, w.adopt(ctx, begun.ID)
	case err != nil && ctx.Err() == nil:
		w.hindrance = err
		w.log.WithFields(fields(w.o)).WithField("run", run.ID).WithError(err).Warn("run cannot begin yet")
	}
	return done, false, nil
}

// hindered adds to a text why the run could not begin, when that is known.
func (w *work) hindered(text string) string {
	if w.hindrance == nil {
		return text
	}
	return text + ": " + w.hindrance.Error()
}

// pass lets the opening pass unused for a run. One that was taken from a later
// opening, as a window that is opened by hand does, stays for that.
func (w *work) pass(ctx context.Context, run ops.Run, why string) (store.Done, bool, error) {
	if run.Opening != nil && run.Opening.Key != w.o.Key {
		return result(ops.Warn, fmt.Sprintf("run %s: %s; it stays for %s", run.ID, why, ops.ClockText(run.Opening.Opens, run.Opening.Zone))), true, nil
	}
	missed, err := w.operator.Miss(ctx, run.ID, why)
	if err != nil {
		return store.Done{}, false, w.retried(ctx, err)
	}
	if missed.State == ops.Approved || missed.State == ops.Running {
		return store.Done{}, false, nil // it was begun at this very moment
	}
	return ended(missed), true, nil
}

// retried keeps only an error that ends the work.
func (w *work) retried(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("upgrade in a window: %w", context.Cause(ctx))
	}
	w.log.WithFields(fields(w.o)).WithError(err).Warn("cannot settle the run of the window; trying again")
	return nil
}

// adopt makes a run that of the occurrence, and stores it before anything is done.
func (w *work) adopt(ctx context.Context, run string) error {
	w.o.Run = run
	return w.save(ctx, store.Untold)
}

// find looks for the run of this occurrence until the domain answers.
func (w *work) find(ctx context.Context) (*ops.Run, error) {
	for {
		run, err := runInto(ctx, w.operator, w.o.Environment, w.o.Opening)
		if err == nil {
			return run, nil
		}
		if err := w.retried(ctx, err); err != nil {
			return nil, err
		}
		if err := pause(ctx, retryEvery); err != nil {
			return nil, err
		}
	}
}

// await waits until the run is in another state, or for a while.
func (w *work) await(ctx context.Context, id string, state ops.State) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	updates := w.operator.Watch(watching, id)
	again := time.NewTimer(retryEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("upgrade in a window: %w", context.Cause(ctx))
		case <-again.C:
			return nil
		case u, ok := <-updates:
			if !ok {
				updates = nil
			} else if u.Run.State != state {
				return nil
			}
		}
	}
}

// nothing is the result when no run is for this occurrence.
func (w *work) nothing(ctx context.Context) store.Done {
	fact := "no upgrade was approved into this opening"
	if why := w.refused(ctx); why != "" {
		fact += ": " + why
	}
	return result(ops.Pass, fact)
}
