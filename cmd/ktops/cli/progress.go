package cli

import (
	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

// withProgress shows how far a work is, on a terminal in place, and its result.
// JSON has a line for each progress and one for the result.
func withProgress[T any](inv *invocation, text func(console.Style, T) string, work func(report func(ops.Progress)) (T, error)) (T, error) {
	type line struct {
		Progress *ops.Progress `json:"progress,omitempty"`
		Result   *T            `json:"result,omitempty"`
	}
	var failed error
	progress := control.NewThrottle(func(p ops.Progress) {
		switch {
		case failed != nil:
		case inv.json:
			failed = writeJSON(inv.Out, line{Progress: &p}, "")
		case inv.terminal():
			failed = write(inv.Out, "\r\x1b[K"+console.Progress(p))
		}
	})
	result, err := work(progress.Report)
	progress.Flush()
	if inv.terminal() && !inv.json {
		if err := write(inv.Out, "\r\x1b[K"); err != nil {
			return result, err
		}
	}
	switch {
	case err != nil:
		return result, err
	case failed != nil:
		return result, failed
	case inv.json:
		return result, writeJSON(inv.Out, line{Result: &result}, "")
	}
	return result, write(inv.Out, text(inv.style(), result))
}
