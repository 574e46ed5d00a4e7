package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// SkipWindow has the next opening of a window pass: nothing is done in it. A run that
// is approved or proposed into it must be withdrawn or asked for elsewhere first.
func (s *Scheduler) SkipWindow(ctx context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error) {
	w, operator, err := s.steer(ctx, environment, window, by)
	if err != nil {
		return ops.Occurrence{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return ops.Occurrence{}, ops.Refuse("to skip a window needs a reason; it is announced and kept", "windows skip "+window+" REASON")
	}
	opening := w.opening(w.Schedule.Next(s.now()))
	run, err := runInto(ctx, operator, environment, opening)
	if err != nil {
		return ops.Occurrence{}, err
	}
	if run != nil {
		return ops.Occurrence{}, ops.Refuse(fmt.Sprintf("run %s (%s) is %s into the opening of %s", run.ID, run.Plan.Target, run.State,
			ops.ClockText(opening.Opens, opening.Zone)), "abort "+run.ID)
	}
	o := store.Occurrence{
		Occurrence: ops.Occurrence{Environment: environment, Opening: opening, State: ops.Skipped, Reason: reason, By: by},
		Does:       w.Does,
	}
	fresh, err := s.store.Insert(ctx, o, store.Told)
	if err != nil {
		return ops.Occurrence{}, err
	}
	if !fresh {
		return s.refuseKept(ctx, o)
	}
	s.log.WithFields(fields(o)).WithField("by", by.ID).Info("opening is skipped: " + reason)
	s.kick()
	return o.Occurrence, nil
}

// refuseKept says what became of an opening already.
func (s *Scheduler) refuseKept(ctx context.Context, o store.Occurrence) (ops.Occurrence, error) {
	kept, found, err := s.store.Occurrence(ctx, o.Environment, o.Window, o.Key)
	if err != nil || !found {
		return kept.Occurrence, errors.Join(err, fmt.Errorf("look at window %s of %s", o.Window, o.Key))
	}
	when := ops.ClockText(o.Opens, o.Zone)
	if kept.State == ops.Skipped {
		return kept.Occurrence, ops.Refuse(fmt.Sprintf("the opening of window %s on %s is skipped already, by %s: %s", o.Window, when, kept.By, kept.Reason))
	}
	return kept.Occurrence, ops.Refuse(fmt.Sprintf("the opening of window %s on %s is %s already", o.Window, when, kept.State), "windows show "+o.Window)
}

// RunWindow opens a window now, for as long as it lasts. The run that waits for its
// next opening is brought forward into it.
func (s *Scheduler) RunWindow(ctx context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error) {
	w, operator, err := s.steer(ctx, environment, window, by)
	if err != nil {
		return ops.Occurrence{}, err
	}
	if err := s.refuseOpen(ctx, environment, window); err != nil {
		return ops.Occurrence{}, err
	}
	now := s.now()
	o := store.Occurrence{Occurrence: ops.Occurrence{
		Environment: environment, State: ops.OpenNow, Reason: reason, By: by,
		Opening: ops.Opening{
			Window: w.Name, Key: "now " + now.In(w.Schedule.Location()).Format("2006-01-02T15:04"), Zone: w.Schedule.Zone,
			Opens: now, Closes: now.Add(w.Duration),
		},
	}, Does: w.Does}
	if next := w.Schedule.Next(now); next.At.Before(o.Closes) {
		return ops.Occurrence{}, ops.Refuse(fmt.Sprintf("window %s opens by itself at %s", window, ops.ClockText(next.At, o.Zone)), "windows show "+window)
	}
	if o.Run, err = s.bringForward(ctx, operator, w, now); err != nil {
		return ops.Occurrence{}, err
	}
	fresh, err := s.store.Insert(ctx, o, store.Untold)
	if err != nil {
		return ops.Occurrence{}, err
	}
	if !fresh {
		return s.refuseKept(ctx, o)
	}
	s.log.WithFields(fields(o)).WithField("by", by.ID).Info("window is opened by hand")
	s.kick()
	return o.Occurrence, nil
}

// steer finds a window for a person who may steer it.
func (s *Scheduler) steer(ctx context.Context, environment, window string, by ops.Actor) (Window, Operator, error) {
	plan, operator, _ := s.parts()
	if operator == nil {
		return Window{}, nil, errStarting()
	}
	if err := operator.MayControl(ctx, environment, by); err != nil {
		return Window{}, nil, err
	}
	w, err := plan.window(environment, window)
	return w, operator, err
}

// refuseOpen refuses while a window is open, by hand or by itself.
func (s *Scheduler) refuseOpen(ctx context.Context, environment, window string) error {
	open, err := s.store.Open(ctx)
	i := slices.IndexFunc(open, func(o store.Occurrence) bool { return o.Environment == environment && o.Window == window })
	if err != nil || i < 0 {
		return err
	}
	return ops.Refuse(fmt.Sprintf("window %s is open since %s", window, ops.ClockText(open[i].Opens, open[i].Zone)), "windows show "+window)
}

// bringForward finds the run that is taken into a window which is opened now; empty
// when none waits for it. What would make it pass unused is refused: it then stays
// for its own opening.
func (s *Scheduler) bringForward(ctx context.Context, operator Operator, w Window, now time.Time) (string, error) {
	if !w.upgrades() {
		return "", nil
	}
	run, err := waiting(ctx, operator, w.Environment, w.Name)
	if err != nil || run == nil {
		return "", err
	}
	what := fmt.Sprintf("run %s (%s)", run.ID, run.Plan.Target)
	takes := needs(*run)
	if takes > w.Duration {
		return "", ops.Refuse(fmt.Sprintf("%s needs %s with the way back, and window %s lasts %s", what, ops.DurationText(takes), w.Name, ops.DurationText(w.Duration)),
			"a longer window")
	}
	freeze, err := s.Frozen(ctx, w.Environment, now, now.Add(takes))
	if err == nil && freeze != nil && !run.Request.Urgent {
		err = ops.Refuse(fmt.Sprintf("%s waits for window %s, and %s is frozen until %s: %s", what, w.Name, w.Environment,
			ops.ClockText(freeze.Until, w.Schedule.Zone), freeze.Reason), "freezes", "abort "+run.ID)
	}
	return run.ID, err
}

// waiting is the run that is approved into the soonest opening of a window that has
// one; nil when none is.
func waiting(ctx context.Context, runs Runs, environment, window string) (*ops.Run, error) {
	scheduled, err := runs.Scheduled(ctx, environment)
	i := slices.IndexFunc(scheduled, func(r ops.Run) bool { return r.Opening != nil && r.Opening.Window == window })
	if err != nil || i < 0 {
		return nil, err
	}
	return &scheduled[i], nil
}
