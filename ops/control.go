package ops

import (
	"cmp"
	"context"
	"fmt"
)

// Hold asks a run to stop after the step it is in.
func (o *Operator) Hold(ctx context.Context, id string, by Actor, reason string) (Run, error) {
	return o.control(ctx, id, by, func(run Run) (*Event, error) {
		switch {
		case run.Asked == HoldAsked || (run.State == Held && run.Asked == ""):
			return nil, nil
		case run.Undoing:
			return nil, Refuse(fmt.Sprintf("run %s is putting things back and cannot be held", id))
		case run.Asked == AbortAsked:
			return nil, refuseAborting(run)
		case run.State == Running || run.State == Approved:
			return &Event{Kind: HoldAsked, Actor: by, Reason: reason}, nil
		}
		return nil, Refuse(fmt.Sprintf("run %s is %s; only a running one can be held", id, run.State))
	})
}

// Abort stops a run at once, also in the middle of a step, and puts back what is
// safe to put back. A proposal is withdrawn.
func (o *Operator) Abort(ctx context.Context, id string, by Actor, reason string) (Run, error) {
	return o.control(ctx, id, by, func(run Run) (*Event, error) {
		switch {
		case run.Asked == AbortAsked || run.Undoing:
			return nil, nil
		case run.State == Proposed || run.State == Scheduled:
			return &Event{Kind: RunAborted, Actor: by, Reason: cmp.Or(reason, "withdrawn before it began")}, nil
		case run.State.Open():
			return &Event{Kind: AbortAsked, Actor: by, Reason: reason}, nil
		}
		return nil, Refuse(fmt.Sprintf("run %s is over: %s", id, run.State))
	})
}

// Resume takes a held run up again at the step where it stopped. Unlike a stop,
// it needs an approver.
func (o *Operator) Resume(ctx context.Context, id string, by Actor) (Run, error) {
	run, err := o.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	env, err := o.environment(run.Request.Environment)
	if err != nil {
		return run, err
	}
	if err := o.mayControl(ctx, env, by); err != nil {
		return run, err
	}
	run, err = o.decide(ctx, id, func(run Run) (*Event, error) {
		switch {
		case run.Asked == AbortAsked:
			return nil, refuseAborting(run)
		case run.State == Held:
			return &Event{Kind: RunResumed, Actor: by}, nil
		case run.State == Running || run.State == Approved:
			return nil, nil
		}
		return nil, Refuse(fmt.Sprintf("run %s is %s; only a held one can be resumed", id, run.State))
	})
	o.kick()
	return run, err
}

// refuseAborting keeps a later hold or resume from undoing somebody's abort.
func refuseAborting(run Run) error {
	return Refuse(fmt.Sprintf("run %s is being aborted, as %s asked", run.ID, run.AskedBy), "history "+run.ID)
}

// Unlock breaks the lease of an environment and returns it, so that who held it
// can be named. A runner that still lives loses its right to write.
func (o *Operator) Unlock(ctx context.Context, environment string, by Actor, reason string) (Lease, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Lease{}, err
	}
	if err := o.mayControl(ctx, env, by); err != nil {
		return Lease{}, err
	}
	lease, err := o.leases.Break(ctx, environment)
	if err != nil {
		return Lease{}, fmt.Errorf("break the lock of %s: %w", environment, err)
	}
	if lease.Owner == "" {
		return Lease{}, Refuse(environment + " is not locked")
	}
	open, err := o.openRuns(ctx, environment)
	if err != nil {
		return lease, err
	}
	for _, run := range open {
		if _, err := o.decide(ctx, run.ID, func(Run) (*Event, error) {
			return &Event{Kind: LeaseBroken, Actor: by, Reason: fmt.Sprintf("lock of %s broken: %s", lease.Owner, cmp.Or(reason, "no reason given"))}, nil
		}); err != nil {
			return lease, err
		}
	}
	o.kick()
	return lease, nil
}
