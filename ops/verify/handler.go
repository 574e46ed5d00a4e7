package verify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/keeptrusts/ktops/ops"
)

// patience is how long a failed check is tried again before it counts: the edge
// may still be learning of the last container.
const patience = 20 * time.Second

// Handler performs the step that verifies the platform after an upgrade.
type Handler struct{ *Keeptrusts }

// Done is never so: a verification is of this moment.
func (h Handler) Done(context.Context, ops.Task) (bool, ops.Result, error) {
	return false, ops.Result{}, nil
}

// Do runs the checks until all pass, for a bounded time, and keeps the report
// either way.
func (h Handler) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	report, err := backoff.Retry(ctx, func() (ops.Report, error) {
		report, err := h.Verify(ctx, task.Step.To)
		if err == nil && report.Level() == ops.Fail {
			err = fmt.Errorf("checks failed: %s", failures(report))
			task.Report(ops.Progress{Fraction: -1, Note: "looking once more, " + err.Error()})
		}
		return report, err
	}, backoff.WithMaxElapsedTime(patience), backoff.WithBackOff(backoff.NewConstantBackOff(time.Second)))
	if err != nil {
		return ops.Result{Report: &report}, err
	}
	return ops.Result{Report: &report, Note: fmt.Sprintf("%d checks passed", len(report.Checks))}, nil
}

func failures(report ops.Report) string {
	var parts []string
	for _, f := range report.Checks {
		if f.Level == ops.Fail {
			parts = append(parts, f.Check+": "+f.Fact)
		}
	}
	return strings.Join(parts, "; ")
}
