package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// stopReturning ends a rollback that cannot or shall not go on. While nobody can have
// written to the database that was put in place, everything is undone; later that would
// lose what they wrote, so what serves stays, and a person decides. So it is where a step
// has begun what nobody can undo.
func (r *runner) stopReturning(ctx context.Context, run Run, reason string, end EventKind) (Run, error) {
	left := r.committed(ctx, run)
	if left == "" && r.untouchedByUsers(ctx, run) {
		return r.append(ctx, Event{Kind: RunUndoing, Reason: reason})
	}
	reason += "; " + cmp.Or(left, "the database was put back to an earlier state and users may have written to it since, so nothing was undone and what serves was left as it is")
	if end == RunAborted {
		return r.append(ctx, Event{Kind: RunAborted, Probe: r.stopProbe(), Reason: reason})
	}
	return r.append(ctx, Event{Kind: RunHeld, Probe: r.probe(), Reason: reason})
}

// committed says which step has begun what it cannot undo, or may have; empty when none
// has. A step that is to be tried again is pending, and has begun all the same.
func (r *runner) committed(ctx context.Context, run Run) string {
	for _, step := range run.Steps {
		handler, _ := r.handler(step.Kind)
		committer, ok := handler.(Committer)
		if !ok || step.Attempts == 0 || step.State == StepUndone {
			continue
		}
		switch begun, err := committer.Committed(ctx, r.task(run, step)); {
		case err != nil:
			return fmt.Sprintf("whether “%s” can still be undone is not known (%v), so nothing was undone and everything was left as it is", step.Name, err)
		case begun:
			return fmt.Sprintf("“%s” has begun and cannot be undone, so everything was left as it is", step.Name)
		}
	}
	return ""
}

// untouchedByUsers reports whether no user can have written since the database was
// swapped: it was not, or the edge has been closed by this very run since before; where no
// edge is managed or it cannot be seen, nothing has started since.
func (r *runner) untouchedByUsers(ctx context.Context, run Run) bool {
	swap, opening := run.step(Swap), run.step(OpenEdge)
	switch {
	case swap == nil || swap.State == StepPending || swap.State == StepUndone:
		return true
	case opening == nil || r.env.Edge == nil:
		return !run.restarted()
	case run.LetIn || opening.State != StepPending:
		return false
	}
	state, err := r.env.Edge.Look(ctx)
	if err != nil {
		return !run.restarted()
	}
	return state.Closed != nil && state.Closed.Run == run.ID
}

// restarted reports whether the run began to start a service.
func (r Run) restarted() bool {
	return slices.ContainsFunc(r.Steps, func(s StepRun) bool {
		return s.Kind == StartService && s.State != StepPending && s.State != StepUndone
	})
}
