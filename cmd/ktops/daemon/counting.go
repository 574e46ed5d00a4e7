package daemon

import (
	"context"
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// openStates are those of a run that goes on, outcomes those of one that ended.
func openStates() []ops.State {
	return []ops.State{ops.Proposed, ops.Approved, ops.Running, ops.Held}
}

func outcomes() []ops.State {
	return []ops.State{ops.Succeeded, ops.RolledBack, ops.Failed, ops.Aborted, ops.Rejected, ops.Expired, ops.Void}
}

// begin makes the series of environments before anything is counted: Prometheus
// sees no increase in a series that appears with its first run.
func (m *metrics) begin(environments []string) {
	for _, name := range environments {
		for _, outcome := range outcomes() {
			m.runs.WithLabelValues(name, string(outcome))
		}
		for _, state := range openStates() {
			m.open.WithLabelValues(name, string(state))
		}
	}
}

// watch counts what runs do until ctx ends. It subscribes before it looks for the
// runs that are open already, so that nothing is missed between.
func (m *metrics) watch(ctx context.Context, operator *ops.Operator) error {
	updates := operator.Watch(ctx, "")
	for _, name := range operator.Environments() {
		runs, err := operator.History(ctx, name, 0)
		if err != nil {
			return fmt.Errorf("look for open runs of %s: %w", name, err)
		}
		for _, run := range runs {
			m.count(run)
		}
	}
	for u := range updates {
		m.count(u.Run)
	}
	return ctx.Err()
}

func (m *metrics) count(r ops.Run) {
	for _, step := range m.tally.newSteps(r) {
		m.steps.WithLabelValues(string(step.Kind)).Observe(step.Took().Seconds())
	}
	if m.tally.ended(r) {
		m.runs.WithLabelValues(r.Request.Environment, string(r.State)).Inc()
	}
	before, after := m.tally.moved(r)
	if before != "" {
		m.open.WithLabelValues(r.Request.Environment, string(before)).Dec()
	}
	if after != "" {
		m.open.WithLabelValues(r.Request.Environment, string(after)).Inc()
	}
}
