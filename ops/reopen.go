package ops

import (
	"context"
	"errors"
)

// reopens reports whether the run is in the step that a person may end early.
func (r Run) reopens() bool {
	step := r.Current()
	return step != nil && step.Kind == StayClosed && step.State == StepStarted
}

// touchedAPI reports whether the run began to change the API, which decides the
// schema.
func (r Run) touchedAPI() bool {
	for _, s := range r.Steps {
		if s.Component == API && s.Kind != StopService && s.State != StepPending && s.State != StepUndone {
			return true
		}
		if s.Component == API && s.Kind == StopService && s.State != StepPending && r.Plan.Facts.Beyond > 0 {
			return true // it could not start again
		}
	}
	return false
}

// snapshotHolds reports whether the snapshot is the exact point to return to: it is
// whole, and since it was taken the edge has been closed by this very run, so that
// nobody can have written anything.
func (r *runner) snapshotHolds(ctx context.Context, run Run) bool {
	snapshot, opening := run.step(Snapshot), run.step(OpenEdge)
	if snapshot == nil || opening == nil || snapshot.State != StepDone || opening.State != StepPending || run.LetIn ||
		run.Plan.Facts.Beyond > 0 || r.env.Edge == nil {
		return false
	}
	state, err := r.env.Edge.Look(ctx)
	return err == nil && state.Closed != nil && state.Closed.Run == run.ID
}

// edgeStillClosed stops a run that is taken up again and whose edge somebody has
// opened meanwhile: what comes next would take the platform from its users, and
// what they wrote is in no snapshot.
func (r *runner) edgeStillClosed(ctx context.Context, run Run) (Run, error) {
	opening := run.step(OpenEdge)
	if _, closed := run.EdgeClosed(); !closed || opening.State != StepPending || run.Undoing || run.Asked == AbortAsked || r.env.Edge == nil {
		return run, nil
	}
	if verify := run.step(Verify); run.Request.Maintenance != nil || (verify != nil && verify.State != StepPending) {
		return run, nil // nothing is left that users would feel
	}
	state, err := r.env.Edge.Look(ctx)
	if err != nil {
		return run, err
	}
	if state.Closed != nil && state.Closed.Run == run.ID {
		return run, nil
	}
	return r.fail(ctx, *run.Current(), errors.New("the edge was opened while nobody had the run"))
}
