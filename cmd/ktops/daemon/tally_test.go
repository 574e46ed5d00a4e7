package daemon

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestTally_CountsEachStepAndRunOnce(t *testing.T) {
	now := time.Now()
	tally := tally{since: now, steps: map[stepKey]bool{}, runs: map[string]bool{}, open: map[string]ops.State{}}
	done := func(name string, ended time.Time) ops.StepRun {
		return ops.StepRun{Step: ops.Step{Name: name}, State: ops.StepDone, Attempts: 1, Ended: ended}
	}
	run := ops.Run{ID: "r-abc234", State: ops.Running, Steps: []ops.StepRun{
		done("before the restart", now.Add(-time.Minute)),
		done("pull images", now.Add(time.Second)),
		{Step: ops.Step{Name: "roll api 1/1"}, State: ops.StepStarted},
	}}
	if got := tally.newSteps(run); len(got) != 1 || got[0].Name != "pull images" {
		t.Errorf("new steps = %v", got)
	}
	if got := tally.newSteps(run); len(got) != 0 {
		t.Errorf("counted again: %v", got)
	}
	if tally.ended(run) {
		t.Error("a running run has ended")
	}
	run.State, run.EndedAt = ops.Succeeded, now.Add(time.Minute)
	if !tally.ended(run) || tally.ended(run) {
		t.Error("a run that ended is not counted once")
	}
	if len(tally.steps) != 0 {
		t.Errorf("steps are kept: %v", tally.steps)
	}
}
