package guardian

import (
	"context"
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// Baseline performs the step that reads the metrics before anything changes.
type Baseline struct{ Source Source }

// Done is never so: what an attempt before a crash has read is not in the journal.
func (Baseline) Done(context.Context, ops.Task) (bool, ops.Result, error) {
	return false, ops.Result{}, nil
}

// Do reads the metrics. That they cannot be read keeps nobody from upgrading, and is
// told here and again when there is nothing to watch by.
func (b Baseline) Do(ctx context.Context, _ ops.Task) (ops.Result, error) {
	before, err := b.Source.Before(ctx)
	if ctx.Err() != nil {
		return ops.Result{}, ctx.Err()
	}
	result := ops.Result{Baseline: before}
	requests := 0.0
	for _, t := range before {
		requests += t.Requests
	}
	result.Note = fmt.Sprintf("%.0f requests", requests)
	if err != nil {
		result.Note += "; not all metrics could be read: " + oneLine(err)
	}
	return result, nil
}
