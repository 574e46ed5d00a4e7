package ops_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

func TestFold_AddsProbeStretchesOfDifferentRunnersAndReplacesWithinOne(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	probe := func(minute, requests, failed int, gap time.Duration) *ops.ProbeResult {
		return &ops.ProbeResult{Since: at, Until: at.Add(time.Duration(minute) * time.Minute), Requests: requests, Failed: failed,
			LongestGap: gap, Routes: []ops.RouteResult{{Route: "api", Requests: requests, Failed: failed, LongestGap: gap}}}
	}
	run := ops.Fold([]ops.Event{
		{Run: "r-1", Seq: 1, Kind: ops.RunProposed, Request: &ops.Request{}, Plan: &ops.Plan{}},
		{Seq: 2, Kind: ops.RunStarted, Token: 1},
		{Seq: 3, Kind: ops.StepEnded, Token: 1, Probe: probe(1, 10, 0, time.Second)},
		{Seq: 4, Kind: ops.StepEnded, Token: 1, Probe: probe(2, 30, 1, 2*time.Second)},
		{Seq: 5, Kind: ops.RunStarted, Token: 2},
		{Seq: 6, Kind: ops.RunSucceeded, Token: 2, Probe: probe(5, 100, 0, time.Second)},
	})
	got := run.Probe
	if got.Requests != 130 || got.Failed != 1 || got.LongestGap != 2*time.Second || !got.Until.Equal(at.Add(5*time.Minute)) {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]ops.RouteResult{{Route: "api", Requests: 130, Failed: 1, LongestGap: 2 * time.Second}}, got.Routes); diff != "" {
		t.Error(diff)
	}
}

func TestFold_DoesNotShareMemoryBetweenMoments(t *testing.T) {
	events := []ops.Event{
		{Run: "r-1", Seq: 1, Kind: ops.RunProposed, Request: &ops.Request{}, Plan: &ops.Plan{Steps: []ops.Step{{Name: "a"}}}},
		{Seq: 2, Kind: ops.StepBegan, Step: "a"},
		{Seq: 3, Kind: ops.StepEnded, Step: "a"},
	}
	before := ops.Fold(events[:2])
	ops.Fold(events)
	if before.Steps[0].State != ops.StepStarted {
		t.Errorf("an earlier fold changed: %s", before.Steps[0].State)
	}
}

func TestProbeResult_KeepsTheFirstFailures(t *testing.T) {
	many := ops.ProbeResult{Requests: 30, Failed: 30}
	for range 15 {
		many.Samples = append(many.Samples, ops.FailedSample{Error: "refused"})
	}
	if got := len(many.Add(many).Samples); got != ops.MaxSamples {
		t.Errorf("%d samples", got)
	}
}
