package ops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// openingsSeen is how far ahead an opening can be chosen by name.
const openingsSeen = 20

// Openings lists the coming openings in which upgrades may run, soonest first.
func (o *Operator) Openings(ctx context.Context, environment string, n int) ([]Opening, error) {
	env, err := o.environment(environment)
	if err != nil {
		return nil, err
	}
	if env.Calendar == nil {
		return nil, nil
	}
	openings, err := env.Calendar.Openings(ctx, environment, time.Now(), n)
	if err != nil {
		return nil, fmt.Errorf("look for openings of %s: %w", environment, err)
	}
	return openings, nil
}

// Scheduled lists the runs that are approved into an opening to come, soonest first.
func (o *Operator) Scheduled(ctx context.Context, environment string) ([]Run, error) {
	open, err := o.openRuns(ctx, environment)
	if err != nil {
		return nil, err
	}
	open = slices.DeleteFunc(open, func(r Run) bool { return r.State != Scheduled })
	slices.SortFunc(open, func(a, b Run) int { return a.Opening.Opens.Compare(b.Opening.Opens) })
	return open, nil
}

// resolve finds the opening that a request or an approval names: the soonest free
// one, the soonest free one of a window, or one by its key, all of which are given
// as the key of what is wanted. Its window, where it is known, must be the same, for
// two windows in two zones may have openings with one key.
func (o *Operator) resolve(ctx context.Context, env Environment, wanted Opening, forRun string) (*Opening, error) {
	openings, err := o.Openings(ctx, env.Name, openingsSeen)
	if err != nil {
		return nil, err
	}
	if len(openings) == 0 {
		return nil, Refuse(env.Name+" has no window in which upgrades may run", "add one under windows in ktops.yaml, with does: [upgrade]")
	}
	open, err := o.openRuns(ctx, env.Name)
	if err != nil {
		return nil, err
	}
	var names []string
	var taken *Run
	for _, opening := range openings {
		if !slices.Contains(names, opening.Window) {
			names = append(names, opening.Window)
		}
		if !wanted.names(opening) {
			continue
		}
		other := slices.IndexFunc(open, func(r Run) bool { return r.ID != forRun && r.Opening != nil && r.Opening.same(opening) })
		if other < 0 {
			return &opening, nil
		}
		taken = &open[other]
		if wanted.Key == opening.Key {
			break
		}
	}
	if taken != nil {
		return nil, Refuse(fmt.Sprintf("run %s (%s) has that opening", taken.ID, taken.Plan.Target), "abort "+taken.ID, "upgrade --window next")
	}
	return nil, Refuse(fmt.Sprintf("%s has no window %q to come", env.Name, wanted.Key), "one of "+strings.Join(append([]string{NextWindow}, names...), ", "))
}

func (a Opening) same(b Opening) bool { return a.Window == b.Window && a.Key == b.Key }

// names reports whether a is a way to say b.
func (a Opening) names(b Opening) bool {
	return (a.Window == "" || a.Window == b.Window) && (a.Key == NextWindow || a.Key == b.Window || a.Key == b.Key)
}

// refuseFrozen refuses while a freeze overlaps the time of a run. Only an urgent one
// and a rollback pass, and then never without an approval.
func (o *Operator) refuseFrozen(ctx context.Context, env Environment, req Request, from, until time.Time) (*Freeze, error) {
	if env.Calendar == nil || req.Rehearse { // like a restore drill it changes nothing
		return nil, nil
	}
	freeze, err := env.Calendar.Frozen(ctx, env.Name, from, until)
	if err != nil {
		return nil, fmt.Errorf("look whether %s is frozen: %w", env.Name, err)
	}
	if freeze == nil || req.Urgent || req.Rollback != nil {
		return freeze, nil
	}
	zone := "UTC"
	if req.Opening != nil {
		zone = req.Opening.Zone
	}
	return freeze, Refuse(fmt.Sprintf("%s is frozen until %s: %s", env.Name, ClockText(freeze.Until, zone), freeze.Reason),
		"wait, or mark a security release urgent, with a reason")
}

// during is when a request would act.
func (r Request) during(now time.Time, estimate time.Duration) (from, until time.Time) {
	if r.Opening != nil {
		return r.Opening.Opens, r.Opening.Closes
	}
	return now, now.Add(estimate)
}

// Begin starts a run whose window has opened. The world is observed once more: a
// plan that drifted is void and asked again, as a new run that is returned; what is
// frozen, fails its checks or does not fit any more passes unused. ErrBusy means
// that another run is going on, and that it is worth asking again.
func (o *Operator) Begin(ctx context.Context, id string) (Run, error) {
	run, err := o.Run(ctx, id)
	if err != nil || run.State != Scheduled {
		return run, err
	}
	env, err := o.environment(run.Request.Environment)
	if err != nil {
		return run, err
	}
	from := time.Now() // which may be before its opening, when its window was opened by hand
	if _, err := o.refuseFrozen(ctx, env, run.Request, from, from.Add(run.needs())); err != nil {
		return o.missIfRefused(ctx, run, err)
	}
	now, err := o.plan(ctx, env, run.Request)
	if err != nil {
		return o.missIfRefused(ctx, run, err)
	}
	if err := refuseFailed(now); err != nil {
		return o.missIfRefused(ctx, run, err)
	}
	if drift := Drift(run.Plan, now); len(drift) > 0 {
		return o.askAgain(ctx, env, run, strings.Join(drift, "; "))
	}
	if unfit := run.unfit(time.Now()); unfit != "" {
		return o.Miss(ctx, id, unfit)
	}
	run, err = o.decide(ctx, id, func(run Run) (*Event, error) {
		if run.State != Scheduled {
			return nil, nil
		}
		return &Event{Kind: RunOpened, Actor: Ktops(), Reason: "window " + run.Opening.Window + " is open"}, nil
	})
	o.kick()
	return run, err
}

// missIfRefused lets the opening pass unused when the answer is a no, and gives any
// other error to who asked, to try again.
func (o *Operator) missIfRefused(ctx context.Context, run Run, err error) (Run, error) {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return run, err
	}
	return o.Miss(ctx, run.ID, refusal.Error())
}

// Miss ends a run whose opening passed unused.
func (o *Operator) Miss(ctx context.Context, id, reason string) (Run, error) {
	return o.decide(ctx, id, func(run Run) (*Event, error) {
		if run.State != Scheduled && (run.State != Proposed || run.Opening == nil) {
			return nil, nil
		}
		return &Event{Kind: RunMissed, Actor: Ktops(), Reason: reason}, nil
	})
}

// askAgain voids a run that drifted and proposes the same into the same opening.
func (o *Operator) askAgain(ctx context.Context, env Environment, run Run, drift string) (Run, error) {
	run, err := o.decide(ctx, run.ID, func(run Run) (*Event, error) {
		if run.State != Scheduled {
			return nil, nil
		}
		return &Event{Kind: RunVoid, Actor: Ktops(), Reason: "the world changed after the plan was approved: " + drift + "; it is asked for again"}, nil
	})
	if err != nil || run.State != Void {
		return run, err
	}
	req := run.Request
	req.Opening, req.Replaces, req.Digest = run.Opening, run.ID, ""
	again, err := o.propose(ctx, env, req)
	return again, err
}

// Reopen ends the maintenance that was asked for in an environment now.
func (o *Operator) Reopen(ctx context.Context, environment string, by Actor, reason string) (Run, error) {
	open, err := o.openRuns(ctx, environment)
	if err != nil {
		return Run{}, err
	}
	i := slices.IndexFunc(open, func(r Run) bool { return r.Request.Maintenance != nil })
	if i < 0 {
		j := slices.IndexFunc(open, Run.Exclusive)
		if j >= 0 {
			return open[j], Refuse(fmt.Sprintf("the edge is in the hands of run %s (%s)", open[j].ID, open[j].Doing()), "abort "+open[j].ID)
		}
		return Run{}, Refuse("no maintenance is on in "+environment, "status")
	}
	return o.control(ctx, open[i].ID, by, func(run Run) (*Event, error) {
		switch {
		case !run.State.Open() || run.Asked == ReopenAsked || run.Undoing:
			return nil, nil
		case run.State == Proposed:
			return &Event{Kind: RunAborted, Actor: by, Reason: cmp.Or(reason, "withdrawn before it began")}, nil
		}
		return &Event{Kind: ReopenAsked, Actor: by, Reason: reason}, nil
	})
}

// MayControl refuses who may not steer an environment beside its runs: skip or
// open its windows, or freeze it.
func (o *Operator) MayControl(ctx context.Context, environment string, by Actor) error {
	env, err := o.environment(environment)
	if err != nil {
		return err
	}
	return o.mayControl(ctx, env, by)
}
