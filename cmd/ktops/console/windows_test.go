package console_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

// opening is two hours in Berlin, an hour after a moment.
func opening(now time.Time) *ops.Opening {
	return &ops.Opening{Window: "upgrades", Key: "2026-11-24T04:00", Zone: "Europe/Berlin", Opens: now.Add(time.Hour), Closes: now.Add(3 * time.Hour)}
}

// windowAt is a planned downtime at some step, as it stood at a time.
func windowAt(now time.Time, state ops.State, done int) ops.Run {
	kinds := []ops.Kind{ops.PullImages, ops.CloseEdge, ops.Drain, ops.StopService, ops.Snapshot, ops.StartService, ops.Verify, ops.OpenEdge, ops.Prune}
	run := ops.Run{
		ID: "r-abc234", State: state, ProposedAt: now.Add(-10 * time.Minute), Opening: opening(now),
		Request: ops.Request{Environment: "production", By: ops.Actor{Name: "Alice"}},
		Plan:    ops.Plan{From: ops.Version{Major: 2, Minor: 5}, Target: ops.Version{Major: 3}, Strategy: ops.Window},
	}
	for i, kind := range kinds {
		step := ops.StepRun{Step: ops.Step{Name: string(kind), Kind: kind, Estimate: time.Minute}, State: ops.StepPending}
		began := now.Add(time.Duration(i-done) * 10 * time.Second)
		if i < done {
			step.State, step.Started, step.Ended = ops.StepDone, began, began.Add(10*time.Second)
		}
		if i == done && state == ops.Running {
			step.State, step.Started = ops.StepStarted, began
		}
		run.Plan.Steps = append(run.Plan.Steps, step.Step)
		run.Steps = append(run.Steps, step)
	}
	if done > 0 {
		run.StartedAt = run.Steps[0].Started
	}
	return run
}

// maintenanceAt is a maintenance of an hour that has closed the edge.
func maintenanceAt(now time.Time) ops.Run {
	return ops.Run{
		ID: "r-abc234", State: ops.Running, StartedAt: now.Add(-10 * time.Minute),
		Request: ops.Request{Environment: "production", Maintenance: &ops.Maintenance{For: time.Hour}},
		Plan:    ops.Plan{Strategy: ops.Closing, Steps: []ops.Step{{Kind: ops.StayClosed, Estimate: time.Hour}}},
		Steps: []ops.StepRun{
			{Step: ops.Step{Name: "close edge", Kind: ops.CloseEdge}, State: ops.StepDone, Started: now.Add(-10 * time.Minute), Ended: now.Add(-10 * time.Minute)},
			{Step: ops.Step{Name: "stay closed", Kind: ops.StayClosed, Estimate: time.Hour}, State: ops.StepStarted, Started: now.Add(-10 * time.Minute)},
			{Step: ops.Step{Name: "open edge", Kind: ops.OpenEdge}, State: ops.StepPending},
		},
	}
}

func TestFrame_ShowsAPlannedDowntime(t *testing.T) {
	t.Setenv("TZ", "UTC")
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	asked := windowAt(now, ops.Proposed, 0)
	asked.Opening = nil
	late := windowAt(now, ops.Running, 5)
	late.Overrun = now.Add(4 * time.Hour)
	held := windowAt(now, ops.Held, 5)
	held.Reason = "step “start” failed: it does not become healthy"
	reopening := maintenanceAt(now)
	reopening.Asked, reopening.AskedBy = ops.ReopenAsked, ops.Actor{Name: "Bob"}
	var pictures []string
	for _, run := range []ops.Run{asked, windowAt(now, ops.Scheduled, 0), windowAt(now, ops.Running, 5), late, held, maintenanceAt(now), reopening} {
		pictures = append(pictures, strings.Join(console.Frame(console.Style{}, ops.Update{Run: run, Remaining: 4 * time.Minute}, now), "\n"))
	}
	golden(t, "testdata/windowframes.txt", strings.Join(pictures, "\n\n")+"\n")
}

func TestEnded_TellsWhatADowntimeCost(t *testing.T) {
	t.Setenv("TZ", "UTC")
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	done := windowAt(now, ops.Succeeded, 9)
	done.EndedAt = now
	done.Steps[2].Result.StreamsCut = 2
	done.Steps[4].Result.Snapshot = "keeptrusts_before_r_abc234"
	done.Probe = ops.ProbeResult{Since: now.Add(-time.Minute), Until: now, Requests: 600, Closed: 400, Streams: 3}
	uncounted := windowAt(now, ops.RolledBack, 9)
	uncounted.EndedAt, uncounted.Reason, uncounted.Steps[2].Result.StreamsCut = now, "it did not become healthy", -1
	left := windowAt(now, ops.Failed, 5)
	left.EndedAt, left.Reason = now, "the engine is gone"
	scheduled := windowAt(now, ops.Scheduled, 0)
	missed := windowAt(now, ops.Missed, 0)
	missed.Reason = "production is frozen"
	var texts []string
	for _, run := range []ops.Run{done, uncounted, left, scheduled, missed} {
		texts = append(texts, console.Ended(console.Style{}, run))
	}
	golden(t, "testdata/windowended.txt", strings.Join(texts, "\n---\n"))
}

func TestLines_TellOfScheduleAndOverrunOnce(t *testing.T) {
	t.Setenv("TZ", "UTC")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		lines := console.NewLines(&out)
		run := windowAt(time.Now(), ops.Scheduled, 0)
		late := windowAt(time.Now(), ops.Running, 0)
		late.Overrun = time.Now().Add(4 * time.Hour)
		for _, r := range []ops.Run{run, run, late, late} {
			if err := lines.Show(ops.Update{Run: r}); err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(out.String(), "scheduled into window upgrades, Sat 2000-01-01 02:00 CET (01:00 UTC), open for 2h; latest safe start"); n != 1 {
			t.Errorf("the schedule is told %d times: %s", n, out.String())
		}
		if n := strings.Count(out.String(), "overruns its window; now expected to be through Sat 2000-01-01 05:00 CET (04:00 UTC)"); n != 1 {
			t.Errorf("the overrun is told %d times: %s", n, out.String())
		}
	})
}

func TestEdge_IsToldInAWord(t *testing.T) {
	t.Setenv("TZ", "UTC")
	missing := ops.Finding{Check: "edge", Level: ops.Fail, Fact: "connection refused"}
	for want, st := range map[string]ops.Status{
		"The edge of production is open.\n": {Edge: &ops.EdgeState{}},
		"The edge of production is not managed by ktops; it is once edge in ktops.yaml has maintenance.\n":    {},
		"The edge of production is not seen.\n  ✗  edge  connection refused\n":                                {Findings: []ops.Finding{missing, {Check: "database"}}},
		"The edge of production is open.\n  !  include  nginx does not read it\n              → include it\n": {Edge: &ops.EdgeState{Findings: []ops.Finding{{Check: "include", Level: ops.Warn, Fact: "nginx does not read it", Advice: "include it"}}}},
	} {
		st.Environment = "production"
		if diff := cmp.Diff(want, console.Edge(console.Style{}, st)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestClock_IsOfTheZoneAndOfUTC(t *testing.T) {
	at := time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"Europe/Berlin":    "Sun 2026-03-29 00:30 CET (Sat 23:30 UTC)",
		"America/New_York": "Sat 2026-03-28 19:30 EDT (23:30 UTC)",
		"Asia/Kathmandu":   "Sun 2026-03-29 05:15 +0545 (Sat 23:30 UTC)",
		"UTC":              "Sat 2026-03-28 23:30 UTC",
		"":                 "Sat 2026-03-28 23:30 UTC",
		"No/Where":         "Sat 2026-03-28 23:30 UTC",
	} {
		if got := console.Clock(at, zone); got != want {
			t.Errorf("in %q %q, want %q", zone, got, want)
		}
	}
}

func TestLength_HasNoUnitsThatAreZero(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Minute: "30m", 2 * time.Hour: "2h", 90 * time.Minute: "1h30m", 48 * time.Hour: "2d", 45 * time.Second: "45s",
		10 * time.Minute: "10m", 20 * time.Hour: "20h", 25 * time.Hour: "25h", time.Minute + 30*time.Second: "1m30s", 0: "0s",
	} {
		if got := console.Length(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestRefusal_WritesWhatChatTypesAsItIsTypedHere(t *testing.T) {
	for try, want := range map[string]string{
		"windows skip weekly REASON":       "ktops windows skip weekly --reason REASON",
		"windows show weekly":              "ktops windows show weekly",
		"freeze UNTIL REASON":              "ktops freeze add UNTIL --reason REASON",
		"freezes":                          "ktops freeze list",
		"unfreeze f-abc234":                "ktops freeze remove f-abc234",
		"maintenance on 30m REASON":        "ktops maintenance on 30m --reason REASON",
		"approve r-abc234 --window next":   "ktops approve r-abc234 --window next",
		"upgrade 3.0.0 --window next":      "ktops upgrade 3.0.0 --window next",
		"one of next, upgrades":            "one of next, upgrades",
		"add one under windows in ktops.y": "add one under windows in ktops.y",
	} {
		got := console.Refusal(console.Style{}, &ops.Refusal{Why: "no", Try: []string{try}})
		if got != "Refused: no.\nTry: "+want+"\n" {
			t.Errorf("%s is told as %q", try, got)
		}
	}
}

// A freeze keeps upgrades out; what else is done in windows goes on.
func TestFrozenBy_IsOnlyWhatUpgrades(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	o := *opening(now)
	freezes := []ops.Freeze{{ID: "a", From: o.Closes, Until: o.Closes.Add(time.Hour)}, {ID: "b", From: o.Opens.Add(-time.Hour), Until: o.Opens}, {ID: "c", From: o.Opens, Until: o.Closes}}
	if f := console.FrozenBy(o, []ops.Chore{ops.ChoreUpgrade}, freezes); f == nil || f.ID != "c" {
		t.Errorf("frozen by %v", f)
	}
	if f := console.FrozenBy(o, []ops.Chore{ops.ChoreUpgrade}, freezes[:2]); f != nil {
		t.Errorf("frozen by %s, which only touches it", f.ID)
	}
	if f := console.FrozenBy(o, []ops.Chore{ops.ChoreBackup}, freezes); f != nil {
		t.Errorf("a backup is frozen by %s", f.ID)
	}
}

func TestWindows_TellOfAFreezeOfNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		freeze := []ops.Freeze{{From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Reason: "sale"}}
		got := console.Windows(console.Style{}, nil, freeze, "Europe/Berlin")
		if want := "Frozen until Sat 2000-01-01 02:00 CET (01:00 UTC) (“sale”): nothing is upgraded but what is urgent.\n"; !strings.HasSuffix(got, want) {
			t.Errorf("said %q", got)
		}
		time.Sleep(time.Hour) // of the bubble
		if got := console.Windows(console.Style{}, nil, freeze, "Europe/Berlin"); strings.Contains(got, "Frozen") {
			t.Errorf("an hour later %q", got)
		}
	})
}

func TestNext_NamesAClockChangeOnlyAmongWhatIsShown(t *testing.T) {
	now := time.Date(2026, 3, 27, 2, 0, 0, 0, time.UTC)
	shown := []console.Coming{{Occurrence: ops.Occurrence{Opening: *opening(now)}}}
	for at, named := range map[time.Time]bool{now.Add(30 * time.Minute): true, now.Add(2 * time.Hour): false} {
		w := ops.WindowState{Zone: "Europe/Berlin", Change: &ops.ClockChange{At: at, Before: time.Hour, After: 2 * time.Hour}}
		text := console.Next(console.Style{}, shown, []ops.WindowState{w, w})
		if got := strings.Count(text, "The clocks of Europe/Berlin change on"); (got == 1) != named || got > 1 {
			t.Errorf("a change at %s is named %d times", at, got)
		}
	}
}
