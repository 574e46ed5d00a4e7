package verify_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMarkdown_TellsTheWholeRun(t *testing.T) {
	at := func(second int) time.Time { return time.Date(2026, 5, 4, 2, 0, second, 0, time.UTC) }
	alice, bob := ops.Actor{ID: "U1", Name: "Alice"}, ops.Actor{ID: "U2", Name: "Bob"}
	plan := ops.Plan{
		Environment: "production", From: ops.Version{Major: 2, Minor: 4, Patch: 3}, Target: ops.Version{Major: 2, Minor: 5}, Digest: "sha256:c0ffee",
		Steps:  []ops.Step{{Name: "back up database"}, {Name: "roll api 1/1"}},
		Checks: []ops.Finding{{Check: "exports", Level: ops.Warn, Fact: "3 pending exports", Advice: "wait for them"}},
	}
	backup := &ops.Backup{File: "/var/backups/r-1.dump.zst", Bytes: 64_200_000, Took: 3200 * time.Millisecond, VerifiedAt: at(9), VerifyTook: time.Second}
	report := &ops.Report{Expected: plan.Target, Running: []ops.Container{
		{Name: "keeptrusts-api-1", Version: plan.From, Healthy: true}, {Name: "keeptrusts-gateway-2", Version: plan.Target}}}
	run := ops.Fold([]ops.Event{
		{Run: "r-abcdef", Seq: 1, Kind: ops.RunProposed, At: at(0), Actor: alice, Request: &ops.Request{By: alice}, Plan: &plan},
		{Seq: 2, Kind: ops.RunApproved, At: at(1), Approval: &ops.Approval{By: bob, At: at(1), BreakGlass: true, Reason: "CVE | <now>"}},
		{Seq: 3, Kind: ops.RunStarted, At: at(2), Token: 1},
		{Seq: 4, Kind: ops.StepBegan, At: at(2), Step: "back up database"},
		{Seq: 5, Kind: ops.StepEnded, At: at(6), Step: "back up database", Result: &ops.Result{Note: "64 MB", Backup: backup, Report: report}},
		{Seq: 6, Kind: ops.StepBegan, At: at(6), Step: "roll api 1/1"},
		{Seq: 7, Kind: ops.StepBroke, At: at(16), Step: "roll api 1/1", Reason: "it ended with exit code 1;\nits log: a | b"},
		{Seq: 8, Kind: ops.RunRolledBack, At: at(18), Token: 1, Reason: "step “roll api 1/1” failed", Probe: &ops.ProbeResult{
			Requests: 160, Failed: 1, LongestGap: 240 * time.Millisecond, Streams: 4,
			Routes:  []ops.RouteResult{{Route: "api", Requests: 80, Failed: 1, LongestGap: 400 * time.Millisecond}, {Route: "console", Requests: 80, LongestGap: 210 * time.Millisecond}},
			Samples: []ops.FailedSample{{At: at(7), Route: "api", Error: "502 Bad Gateway"}}}},
	})
	told(t, "testdata/run.md", run)
}

func TestMarkdown_TellsAWindowAndHowLongTheEdgeWasClosed(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 5, 4, 2, minute, 0, 0, time.UTC) }
	alice := ops.Actor{ID: "U1", Name: "Alice"}
	opening := &ops.Opening{Window: "nightly", Key: "2026-05-04T02:00", Zone: "UTC", Opens: at(0), Closes: at(59)}
	plan := ops.Plan{
		Environment: "production", Strategy: ops.Window, From: ops.Version{Major: 2, Minor: 5}, Target: ops.Version{Major: 3}, Digest: "sha256:c0ffee",
		Steps: []ops.Step{{Name: "close edge", Kind: ops.CloseEdge}, {Name: "open edge", Kind: ops.OpenEdge}},
	}
	run := ops.Fold([]ops.Event{
		{Run: "r-abcdef", Seq: 1, Kind: ops.RunProposed, At: at(0), Actor: alice, Request: &ops.Request{By: alice, Opening: opening}, Plan: &plan},
		{Seq: 2, Kind: ops.RunStarted, At: at(1), Token: 1},
		{Seq: 3, Kind: ops.StepBegan, At: at(1), Step: "close edge"},
		{Seq: 4, Kind: ops.StepEnded, At: at(2), Step: "close edge"},
		{Seq: 5, Kind: ops.StepBegan, At: at(6), Step: "open edge"},
		{Seq: 6, Kind: ops.StepEnded, At: at(7), Step: "open edge"},
		{Seq: 7, Kind: ops.RunSucceeded, At: at(8), Token: 1, Probe: &ops.ProbeResult{Requests: 160, Closed: 75, LongestGap: 5 * time.Minute, Streams: 4}},
	})
	told(t, "testdata/window.md", run)
	run.Request.Maintenance = &ops.Maintenance{For: time.Minute}
	if got, _, _ := strings.Cut(verify.Markdown(run), "\n"); got != "# Maintenance of production" {
		t.Errorf("the title is %q", got)
	}
}

// told compares the report of a run with the golden file.
func told(t *testing.T, golden string, run ops.Run) {
	t.Helper()
	got := verify.Markdown(run)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}
