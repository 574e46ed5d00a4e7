package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// sweep ends the runs whose opening will not be used any more, so that none waits for
// a time that has passed: the daemon did not run then, the run was approved when all
// was done already, or the window is not what it was when it was approved.
func (l *loop) sweep(ctx context.Context, operator Operator, plan Plan, now time.Time) error {
	var failed error
	for _, environment := range operator.Environments() {
		waiting, err := operator.Scheduled(ctx, environment)
		failed = errors.Join(failed, err)
		for _, run := range waiting {
			failed = errors.Join(failed, l.sweepRun(ctx, operator, plan, run, now))
		}
	}
	return failed
}

func (l *loop) sweepRun(ctx context.Context, operator Operator, plan Plan, run ops.Run, now time.Time) error {
	if run.Opening == nil {
		return nil
	}
	if given := run.Opening.Opens.Add(lateAfter); now.Before(given) {
		l.lookBy(given)
		return nil
	}
	why, err := l.passed(ctx, plan, run, now)
	if err != nil || why == "" {
		return err
	}
	_, err = operator.Miss(ctx, run.ID, why)
	return err
}

// passed says why the opening of a waiting run has passed for it; empty while it has
// not.
func (l *loop) passed(ctx context.Context, plan Plan, run ops.Run, now time.Time) (string, error) {
	environment := run.Request.Environment
	o, found, err := l.store.Occurrence(ctx, environment, run.Opening.Window, run.Opening.Key)
	switch {
	case err != nil:
		return "", err
	case found && o.State == ops.OpenNow:
		return "", nil
	case found && o.State == ops.PassedUnmet:
		return "its window was missed: " + o.Reason, nil
	case found && o.State == ops.Skipped:
		return "its opening was skipped: " + o.Reason, nil
	case found:
		return fmt.Sprintf("what is done in window %s was done already when it was approved", run.Opening.Window), nil
	}
	windows := plan.of(environment)
	i := slices.IndexFunc(windows, func(w Window) bool { return w.Name == run.Opening.Window })
	switch {
	case i < 0:
		return fmt.Sprintf("window %s is not configured any more", run.Opening.Window), nil
	case windows[i].opensAt(*run.Opening) && now.Before(run.Opening.Closes):
		return "", nil // what kept it from being opened so far may pass
	}
	return fmt.Sprintf("window %s did not open then; it is defined as %s now", run.Opening.Window, windows[i].definition()), nil
}
