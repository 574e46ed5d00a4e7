package ops

import (
	"context"
	"fmt"
)

// regressed follows the policy for a release that does worse than the one before.
// The previous one comes back by itself only where that loses nothing and nobody is
// turned away meanwhile: when it was rolled out, and applied no migration.
func (r *runner) regressed(ctx context.Context, run Run, regression *Regression) (Run, error) {
	reason := "regression after the upgrade: " + regression.Error()
	migrated, err := r.migrated(ctx, run)
	if r.env.Rules.Watch.OnRegression == BackOnRegression && run.Plan.Strategy == Rolling && migrated == 0 && err == nil {
		if run, err := r.append(ctx, Event{Kind: Alarm, Reason: reason + "; the previous release is put back"}); err != nil {
			return run, err
		}
		return r.append(ctx, Event{Kind: RunUndoing, Reason: reason})
	}
	reason += fmt.Sprintf("; what serves was left as it is: “rollback %s” tells the ways back, and resuming accepts it", run.ID)
	if run, err := r.append(ctx, Event{Kind: Alarm, Reason: reason}); err != nil {
		return run, err
	}
	return r.append(ctx, Event{Kind: RunHeld, Probe: r.probe(), Reason: reason})
}

// follow does what the failure policy asks for after a step that failed.
func (r *runner) follow(ctx context.Context, run Run, step StepRun) (Run, error) {
	if step.Result.Regression != nil {
		return r.regressed(ctx, run, step.Result.Regression)
	}
	return r.stop(ctx, run, step.failure(), RunFailed)
}

// heldNow reports whether a person who holds the run need not wait for its step: a
// watch changes nothing, and goes on where it was.
func (r Run) heldNow() bool {
	step := r.Current()
	return step != nil && step.Kind == Watch && step.State == StepStarted
}
