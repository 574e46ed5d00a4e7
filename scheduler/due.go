package scheduler

import (
	"cmp"
	"context"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/calendar"
	"github.com/keeptrusts/ktops/scheduler/store"
)

const (
	// longestAbsence bounds what is looked through after a long time: openings before
	// that are nobody's concern any more.
	longestAbsence = 400 * 24 * time.Hour
	// dueKept is how many openings that are due at once are looked at one by one.
	dueKept = 10
)

// consider opens the window when it is due and records what was missed; it gives the
// next moment at which there is something to look at.
func (l *loop) consider(ctx context.Context, operator Operator, w Window, now time.Time) (time.Time, error) {
	cursor, err := l.store.Cursor(ctx, w.Environment, w.Name, w.definition())
	if err != nil {
		return time.Time{}, err
	}
	next := w.Schedule.Next(now).At
	// A window that is new was not meant to open before, and a clock that was set back
	// shows times again: what opened in them already is known by its key.
	if cursor.IsZero() || cursor.After(now) {
		return next, l.store.SaveCursor(ctx, w.Environment, w.Name, w.definition(), now)
	}
	due, earlier := starts(w.Schedule, cursor, now)
	if len(due) == 0 {
		return next, nil
	}
	if err := l.open(ctx, operator, w, due, earlier, now); err != nil {
		return next, err
	}
	return next, l.store.SaveCursor(ctx, w.Environment, w.Name, w.definition(), due[len(due)-1].At)
}

// starts lists the newest starts in an interval, oldest first, and counts those
// before them.
func starts(schedule calendar.Schedule, after, until time.Time) (due []calendar.Start, earlier int) {
	if floor := until.Add(-longestAbsence); after.Before(floor) {
		after = floor
	}
	for start := schedule.Next(after); !start.At.After(until); start = schedule.Next(start.At) {
		due = append(due, start)
		if len(due) > dueKept {
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
	if missed, err = l.unkept(ctx, w, missed); err != nil {
		return err
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
