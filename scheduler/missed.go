package scheduler

import (
	"context"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/calendar"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// lateAfter is how long after its opening a window begins late.
const lateAfter = time.Minute

// notRunning is why an opening is missed.
const notRunning = "ktops did not run then"

// miss records openings that passed, unless something became of them already: the
// newest is told, with the count of the others. Of an upgrade people are told by its
// run, and without a run nothing was missed.
func (l *loop) miss(ctx context.Context, operator Operator, w Window, missed []calendar.Start, earlier int, why string) error {
	for i, start := range missed {
		o := store.Occurrence{Occurrence: ops.Occurrence{
			Environment: w.Environment, Opening: w.opening(start), State: ops.PassedUnmet, Reason: notRunning,
		}, Does: w.Does}
		telling := store.Told
		if i == len(missed)-1 {
			o.Reason = why
			if n := earlier + i; n > 0 {
				o.Reason += fmt.Sprintf("; so it was with the %d before", n)
			}
			if !w.onlyUpgrades() {
				telling = store.Untold
			}
		}
		run, err := runInto(ctx, operator, w.Environment, o.Opening)
		if err != nil {
			return err
		}
		if run != nil {
			o.Run = run.ID
		}
		fresh, err := l.store.Insert(ctx, o, telling)
		if err != nil {
			return err
		}
		if fresh && i == len(missed)-1 {
			l.log.WithFields(fields(o)).WithField("why", o.Reason).Warn("window was missed")
		}
	}
	return nil
}

// unkept leaves out the starts of which it is known already what became of them:
// they were skipped, or another scheduler saw them pass.
func (l *loop) unkept(ctx context.Context, w Window, starts []calendar.Start) (unkept []calendar.Start, err error) {
	for _, start := range starts {
		_, found, err := l.store.Occurrence(ctx, w.Environment, w.Name, start.Key)
		if err != nil {
			return nil, err
		}
		if !found {
			unkept = append(unkept, start)
		}
	}
	return unkept, nil
}

// tooLate says why there is no use in opening a window now; empty when there is.
func (l *loop) tooLate(ctx context.Context, operator Operator, o store.Occurrence, now time.Time) (string, error) {
	left := o.Closes.Sub(now)
	switch {
	case now.Sub(o.Opens) <= lateAfter:
		return "", nil
	case left <= 0:
		return notRunning, nil
	}
	for _, chore := range o.Does {
		if chore == ops.ChoreUpgrade {
			run, err := runInto(ctx, operator, o.Environment, o.Opening)
			if err != nil || run != nil || len(o.Does) == 1 {
				return "", err // whether it still fits is decided where it begins
			}
			continue
		}
		needs, err := l.estimate(ctx, o, chore)
		if err != nil || needs <= left {
			return "", err
		}
	}
	return fmt.Sprintf("ktops did not run when it opened, and what is done in it does not fit into the %s that were left", ops.DurationText(left)), nil
}
