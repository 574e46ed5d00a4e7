package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/calendar"
	"github.com/keeptrusts/ktops/scheduler/store"
)

const (
	// lateAfter is how long after its opening a window begins late.
	lateAfter = time.Minute
	// longestAbsence bounds what is looked through after a long time: openings before
	// that are nobody's concern any more.
	longestAbsence = 400 * 24 * time.Hour
	// missedKept is how many missed openings of a window are recorded one by one.
	missedKept = 10
)

// consider opens the window when it is due and records what was missed; it gives the
// next moment at which there is something to look at.
func (l *loop) consider(ctx context.Context, operator Operator, w Window, now time.Time) (time.Time, error) {
	cursor, err := l.store.Cursor(ctx, w.Environment, w.Name, w.definition())
	if err != nil {
		return time.Time{}, err
	}
	if cursor.IsZero() {
		cursor = now // a window that is new was not meant to open before
		err = l.store.SaveCursor(ctx, w.Environment, w.Name, w.definition(), now)
	}
	if err != nil {
		return time.Time{}, err
	}
	// The clock was set back: what opened already is known by its key.
	if cursor.After(now) {
		cursor = now
	}
	due, earlier := starts(w.Schedule, cursor, now)
	if len(due) > 0 {
		if err := l.open(ctx, operator, w, due, earlier, now); err != nil {
			return time.Time{}, err
		}
		if err := l.store.SaveCursor(ctx, w.Environment, w.Name, w.definition(), due[len(due)-1].At); err != nil {
			return time.Time{}, err
		}
	}
	return w.Schedule.Next(now).At, nil
}

// starts lists the newest starts in an interval, oldest first, and counts those
// before them.
func starts(schedule calendar.Schedule, after, until time.Time) (due []calendar.Start, earlier int) {
	if floor := until.Add(-longestAbsence); after.Before(floor) {
		after = floor
	}
	for start := schedule.Next(after); !start.At.After(until); start = schedule.Next(start.At) {
		due = append(due, start)
		if len(due) > missedKept {
			due = due[1:]
			earlier++
		}
	}
	return due, earlier
}

// open claims the newest opening that is due, and records the others as missed.
func (l *loop) open(ctx context.Context, operator Operator, w Window, due []calendar.Start, earlier int, now time.Time) error {
	last := len(due) - 1
	missed := due[:last]
	o := store.Occurrence{
		Occurrence: ops.Occurrence{Environment: w.Environment, Opening: w.opening(due[last]), State: ops.OpenNow, Began: now},
		Does:       w.Does, Owner: l.owner,
	}
	why, err := l.tooLate(ctx, operator, o, now)
	if err != nil {
		return err
	}
	if why == "" {
		if err := l.claim(ctx, operator, o); err != nil {
			return err
		}
	} else {
		missed = due
	}
	return l.miss(ctx, operator, w, missed, earlier, cmp.Or(why, notRunning))
}

// claim stores the occurrence before anything is done in it, and works in it unless
// somebody else has it.
func (l *loop) claim(ctx context.Context, operator Operator, o store.Occurrence) error {
	fresh, err := l.store.Insert(ctx, o, store.Untold)
	if err != nil {
		return err
	}
	if !fresh { // it was skipped, or another scheduler was faster
		return nil
	}
	l.log.WithFields(fields(o)).WithField("closes", o.Closes).Info("window is open")
	l.attend(ctx, operator, o.Environment, o.Opening)
	return nil
}

// notRunning is why an opening is missed.
const notRunning = "ktops did not run then"

// miss records openings that passed. Only the newest is told, with the count of all;
// people are told by the run itself where it is all that was missed.
func (l *loop) miss(ctx context.Context, operator Operator, w Window, missed []calendar.Start, earlier int, why string) error {
	for i, start := range missed {
		o := store.Occurrence{Occurrence: ops.Occurrence{
			Environment: w.Environment, Opening: w.opening(start), State: ops.PassedUnmet, Reason: notRunning,
		}, Does: w.Does}
		telling := store.Told
		if i == len(missed)-1 {
			telling, o.Reason = store.Untold, why
			if n := earlier + i; n > 0 {
				o.Reason += fmt.Sprintf("; %d earlier since %s passed as well", n, clockText(missed[0].At, o.Zone))
			}
			run, err := runInto(ctx, operator, w.Environment, o.Opening)
			if err != nil {
				return err
			}
			if run != nil {
				o.Run = run.ID
			}
			if run != nil && len(w.Does) == 1 {
				telling = store.Told
			}
		}
		fresh, err := l.store.Insert(ctx, o, telling)
		if err != nil {
			return err
		}
		if fresh && telling == store.Untold {
			l.log.WithFields(fields(o)).WithField("why", o.Reason).Warn("window was missed")
		}
	}
	return nil
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
			if err != nil || run != nil {
				return "", err // whether it still fits is decided where it begins
			}
			continue
		}
		needs, err := l.estimate(ctx, o, chore)
		if err != nil || needs <= left {
			return "", err
		}
	}
	return fmt.Sprintf("ktops did not run when it opened, and what is done in it does not fit into the %s that were left", durationText(left)), nil
}
