package console_test

import (
	"testing"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func TestStateClause_IsWhatARunDoes(t *testing.T) {
	for state, want := range map[ops.State]string{
		ops.Proposed: "waits for approval", ops.Approved: "is approved", ops.Running: "is running", ops.Held: "is held",
		ops.Succeeded: "has succeeded", ops.Failed: "has failed", ops.RolledBack: "was rolled back", ops.Aborted: "was aborted",
		ops.Scheduled: "is scheduled", ops.Missed: "has missed its window", ops.Rejected: "was rejected", ops.Expired: "has expired", ops.Void: "is void",
	} {
		if got := console.StateClause(state); got != want {
			t.Errorf("a run that is %s %q, want %q", state, got, want)
		}
	}
}
