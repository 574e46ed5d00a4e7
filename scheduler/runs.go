package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// historySeen is how many runs are looked through for one of an opening.
const historySeen = 50

// runInto is the open run that is approved or proposed into an opening; nil when
// there is none.
func runInto(ctx context.Context, runs Runs, environment string, o ops.Opening) (*ops.Run, error) {
	list, err := openRuns(ctx, runs, environment)
	i := slices.IndexFunc(list, func(r ops.Run) bool { return isInto(r, o) })
	if err != nil || i < 0 {
		return nil, err
	}
	return &list[i], nil
}

// isInto reports whether a run is for an opening.
func isInto(r ops.Run, o ops.Opening) bool {
	return r.Opening != nil && r.Opening.Window == o.Window && r.Opening.Key == o.Key
}

// openRuns lists the runs of an environment that wait for an opening, approved ones
// first.
func openRuns(ctx context.Context, runs Runs, environment string) ([]ops.Run, error) {
	list, err := runs.Scheduled(ctx, environment)
	if err != nil {
		return nil, err
	}
	history, err := runs.History(ctx, environment, historySeen)
	if err != nil {
		return nil, err
	}
	for _, run := range history {
		if run.State.Open() && run.State != ops.Scheduled {
			list = append(list, run)
		}
	}
	return list, nil
}

// successor is the run that a void one was asked for again as; nil when it was not.
func successor(ctx context.Context, runs Runs, run ops.Run) (*ops.Run, error) {
	history, err := runs.History(ctx, run.Request.Environment, historySeen)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(history, func(r ops.Run) bool { return r.Request.Replaces == run.ID })
	if i < 0 {
		return nil, nil
	}
	return &history[i], nil
}

// needs is how long a run takes with the way back.
func needs(run ops.Run) time.Duration {
	if run.Opening == nil {
		return run.Plan.Estimate()
	}
	return run.Opening.Closes.Sub(run.LatestStart())
}
