package ops

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// How often the edges are looked at, how long a closed one may go without word
// from its run before nobody is taken to look after it, and how often a person is
// told again of one that stays closed.
const (
	guardLooks = 10 * time.Second
	guardGrace = 2 * time.Minute
	alarmAgain = 10 * time.Minute
)

// EdgeGuard is what the dead-man rule found and did.
type EdgeGuard struct {
	State   EdgeState `json:"state"`
	Verdict string    `json:"verdict"`
	// Opened is set when the rule opened the edge.
	Opened bool `json:"opened,omitempty"`
	// Alarm is what a person must look at now; empty when all is well.
	Alarm string `json:"alarm,omitempty"`
}

// Guard is the dead-man rule: an edge that is closed and that nobody is working
// behind is opened when the platform behind it is healthy; otherwise it stays
// closed, for the page is better than broken answers, and a person is called.
//
// A run that a person holds stays closed as well: they decided so, and are
// reminded.
func (o *Operator) Guard(ctx context.Context, environment string) (EdgeGuard, error) {
	env, err := o.environment(environment)
	if err != nil {
		return EdgeGuard{}, err
	}
	if env.Edge == nil {
		return EdgeGuard{}, refuseEdge(environment)
	}
	g := EdgeGuard{}
	if g.State, err = env.Edge.Look(ctx); err != nil {
		return g, fmt.Errorf("look at the edge of %s: %w", environment, err)
	}
	if g.State.Closed == nil {
		g.Verdict = "open"
		return g, nil
	}
	closure := *g.State.Closed
	run, err := o.Run(ctx, closure.Run)
	var unknown *Refusal
	switch {
	case err != nil && !errors.As(err, &unknown):
		return g, err
	case err == nil && run.State == Held:
		g.Verdict = "closed by run " + run.ID + ", which is held"
		g.Alarm = fmt.Sprintf("run %s is held and the edge of %s is closed: %s", run.ID, environment, run.Reason)
		return g, o.alarm(ctx, run, g.Alarm)
	case err == nil && run.State.Open():
		if alive, err := o.workedOn(ctx, env, closure); alive || err != nil {
			g.Verdict = "closed by run " + run.ID + ", which goes on"
			return g, err
		}
	}
	return o.relieve(ctx, env, run, g)
}

// workedOn reports whether somebody has the environment, or had until a moment ago.
func (o *Operator) workedOn(ctx context.Context, env Environment, c Closure) (bool, error) {
	holder, err := o.leases.Holder(ctx, env.Name)
	if err != nil {
		return false, fmt.Errorf("read the lease of %s: %w", env.Name, err)
	}
	return holder != nil || time.Since(c.At) < guardGrace, nil
}

// relieve decides about a closed edge that nobody looks after. It holds the lease
// meanwhile, so that no run can begin or be taken up again.
func (o *Operator) relieve(ctx context.Context, env Environment, run Run, g EdgeGuard) (EdgeGuard, error) {
	err := o.underLease(ctx, env, func(ctx context.Context) error {
		state, err := env.Edge.Look(ctx)
		if err != nil || state.Closed == nil || state.Closed.Run != g.State.Closed.Run {
			g.State, g.Verdict = state, "somebody else opened it"
			return err
		}
		report, err := env.Verifier.Verify(ctx, Version{})
		if err == nil && report.Level() != Fail {
			if err := env.Edge.Open(ctx); err != nil {
				return err
			}
			g.Opened, g.Verdict = true, "opened: nobody was working behind it and the platform is healthy"
			return o.note(ctx, run, Event{Kind: EdgeOpened, Actor: Ktops(), Reason: g.Verdict})
		}
		g.Verdict = "closed, and the platform behind it is not healthy"
		g.Alarm = fmt.Sprintf("the edge of %s is closed, nobody is working behind it, and the platform is not healthy: %s", env.Name, unhealthy(report, err))
		return o.alarm(ctx, run, g.Alarm)
	})
	var busy *Refusal
	if errors.As(err, &busy) {
		g.Verdict = "closed; somebody is working behind it: " + busy.Why
		return g, nil
	}
	return g, err
}

func unhealthy(report Report, err error) string {
	if err != nil {
		return err.Error()
	}
	for _, f := range report.Checks {
		if f.Level == Fail {
			return f.Check + ": " + f.Fact
		}
	}
	return "" // only asked of a report that failed
}

// alarm calls a person, and again only after a while.
func (o *Operator) alarm(ctx context.Context, run Run, what string) error {
	if time.Since(run.AlarmedAt) < alarmAgain {
		return nil
	}
	o.log.WithField("run", run.ID).Error(what)
	return o.note(ctx, run, Event{Kind: Alarm, Actor: Ktops(), Reason: what})
}

// note adds an event to the run that closed the edge, where the journal knows it.
func (o *Operator) note(ctx context.Context, run Run, e Event) error {
	if run.ID == "" {
		o.log.Warn(e.Reason)
		return nil
	}
	_, err := o.decide(ctx, run.ID, func(Run) (*Event, error) { return &e, nil })
	return err
}

// guardEdges looks at the edges of the environments until ctx ends.
func (o *Operator) guardEdges(ctx context.Context, served func() []string) {
	tick := time.NewTicker(guardLooks)
	defer tick.Stop()
	for {
		var looking sync.WaitGroup
		for _, name := range served() {
			env, err := o.environment(name)
			if err != nil || env.Edge == nil {
				continue
			}
			looking.Go(func() {
				if _, err := o.Guard(ctx, name); err != nil && ctx.Err() == nil {
					o.log.WithFields(logrus.Fields{"environment": name}).WithError(err).Warn("cannot look after the edge")
				}
			})
		}
		looking.Wait()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func refuseEdge(environment string) error {
	return Refuse("ktops does not manage the edge of "+environment, "add edge.maintenance to ktops.yaml (ktops edge install shows how)")
}
