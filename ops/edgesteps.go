package ops

import (
	"context"
	"fmt"
	"time"
)

// DefaultDrainLimit is how long answers under way may take to end after the edge
// was closed (guide: wait for in-flight requests to drain, 2 minutes).
const DefaultDrainLimit = 2 * time.Minute

// drainLooks is how often a drain is looked at: its end is downtime.
const drainLooks = 100 * time.Millisecond

// edgeHandlers perform the steps that concern the edge.
func edgeHandlers(env Environment) Handlers {
	if env.Edge == nil {
		return nil
	}
	return Handlers{
		CloseEdge: closeEdge{env.Edge}, Drain: drain{env.Edge, env.DrainLimit},
		OpenEdge: openEdge{env.Edge}, StayClosed: stayClosed{},
	}
}

// closure is what the edge tells callers during the run.
func (r Run) closure(now time.Time, left time.Duration, step string) Closure {
	since, ok := r.EdgeClosed()
	if !ok {
		since = now
	}
	return Closure{
		Environment: r.Request.Environment, Run: r.ID, Since: since, At: now.UTC(), Back: now.Add(left).UTC().Truncate(time.Second),
		Doing: r.Doing(), Now: step,
	}
}

// Doing says in a few words what the run is for, as users are told.
func (r Run) Doing() string {
	switch {
	case r.Request.Rollback != nil:
		return "rollback to " + r.Plan.Target.String()
	case r.Request.Rehearse:
		return "rehearsal of " + r.Plan.Target.String()
	case r.Request.Maintenance == nil:
		return "upgrade to " + r.Plan.Target.String()
	}
	if r.Request.Reason != "" {
		return r.Request.Reason
	}
	return "maintenance"
}

type closeEdge struct{ edge Edge }

// Done is never known by looking: what a dead process was about to tell the edge
// may not have reached it. Closing a closed edge proves it and does nothing more.
func (h closeEdge) Done(context.Context, Task) (bool, Result, error) { return false, Result{}, nil }

func (h closeEdge) Do(ctx context.Context, task Task) (Result, error) {
	return Result{}, h.edge.Close(ctx, task.Run.closure(time.Now(), pressing(task.Run), task.Step.Name))
}

func (h closeEdge) Undo(ctx context.Context, _ Task) (Result, error) {
	return Result{Note: "the edge is open"}, h.edge.Open(ctx)
}

type openEdge struct{ edge Edge }

func (h openEdge) Done(ctx context.Context, task Task) (bool, Result, error) {
	state, err := h.edge.Look(ctx)
	return err == nil && state.Closed == nil, closedNote(task.Run), err
}

func (h openEdge) Do(ctx context.Context, task Task) (Result, error) {
	if err := h.edge.Open(ctx); err != nil {
		return Result{}, err
	}
	return closedNote(task.Run), nil
}

func closedNote(run Run) Result {
	since, ok := run.EdgeClosed()
	if !ok {
		return Result{}
	}
	return Result{Note: "closed for " + time.Since(since).Round(100*time.Millisecond).String()}
}

type drain struct {
	edge  Edge
	limit time.Duration
}

func (h drain) Done(context.Context, Task) (bool, Result, error) { return false, Result{}, nil }

// Do ends when everything that was under way has ended, and says what had not
// when it may take no longer: the services then stop, and cut it.
func (h drain) Do(ctx context.Context, task Task) (Result, error) {
	limit := h.limit
	if limit <= 0 {
		limit = DefaultDrainLimit
	}
	began := time.Now()
	if since, ok := task.Run.EdgeClosed(); ok {
		began = since // also when the run was taken up again
	}
	tick := time.NewTicker(drainLooks)
	defer tick.Stop()
	for {
		left, err := h.edge.Draining(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("look what is still under way at the edge: %w", err)
		}
		took := time.Since(began)
		switch {
		case left.Workers == 0:
			return Result{Note: "all answers ended after " + took.Round(100*time.Millisecond).String()}, nil
		case took >= limit:
			return Result{StreamsCut: left.Streams, Note: fmt.Sprintf("after %s %s still going on; stopping the services cuts them",
				DurationText(limit), streamsText(left.Streams))}, nil
		}
		task.Report(Progress{Fraction: -1, Note: streamsText(left.Streams) + " still going on"})
		select {
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-tick.C:
		}
	}
}

func streamsText(n int) string {
	if n < 0 {
		return "some answers"
	}
	return plural(n, "answer")
}

// stayClosed waits until the time that was asked for is over, or a person ends it.
type stayClosed struct{}

func (stayClosed) Done(_ context.Context, task Task) (bool, Result, error) {
	return task.Run.Asked == ReopenAsked || !time.Now().Before(task.Run.ReopensAt()), Result{}, nil
}

func (stayClosed) Do(ctx context.Context, task Task) (Result, error) {
	timer := time.NewTimer(time.Until(task.Run.ReopensAt()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return Result{}, ctx.Err()
	case <-timer.C:
		return Result{Note: "the time asked for is over"}, nil
	}
}

// ReopensAt is when a maintenance run opens the edge by itself; zero before the
// edge was closed, and in other runs.
func (r Run) ReopensAt() time.Time {
	since, ok := r.EdgeClosed()
	if !ok || r.Request.Maintenance == nil {
		return time.Time{}
	}
	return since.Add(r.Request.Maintenance.For)
}
