package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestRehearse_FromTheCommandToThePlan(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.types("alice", "rehearse 2.5.0")
		w.settle(5 * time.Second)
		w.shows("Rehearse production 2.4.3 → 2.5.0")
		run := w.runs()[0]
		if !run.Request.Rehearse || run.Request.Strategy != ops.Rehearsing {
			t.Fatalf("asked for %+v", run.Request)
		}
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunStarted})
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepBegan, Step: "rehearse"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: "rehearse", Result: &ops.Result{Rehearsal: &ops.Rehearsal{
			From: run.Plan.From, Target: run.Plan.Target, Boot: 9 * time.Second, Answers: ops.Tried{Fact: "column actor is gone"},
			Starts: ops.Tried{OK: true, Fact: "healthy after 2 seconds"},
			Measured: ops.Measured{Growth: 5 << 20, Migrations: []ops.RehearsedMigration{{Version: 12, Description: "drop actor", Took: 3 * time.Second,
				Rewrites: []ops.Table{{Name: "events", Bytes: 4 << 20}}, Locks: []ops.TableLock{{Table: "events", Mode: "AccessExclusiveLock", Held: 2 * time.Second}}}}},
		}}})
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunSucceeded})
		w.shows("2.5.0 will take a window", "column actor is gone", "images alone can go back", "0012 drop actor – 3 seconds", "*rewrites* `events` (4.2 MB)",
			"AccessExclusiveLock on `events` for 2 seconds")
		w.clicks("mallory", w.card(), "Plan 2.5.0")
		w.settle(5 * time.Second)
		if w.svc.called("plan production 2.5.0") != 1 || !strings.Contains(w.told("mallory"), "Plan: production 2.4.3 → 2.5.0") {
			t.Errorf("mallory was told %q", w.told("mallory"))
		}
	})
}

func TestRehearse_OneThatFailsSaysThatAnUpgradeWouldStop(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.types("alice", "rehearse 2.5.0 in production")
		w.settle(5 * time.Second)
		id := w.runs()[0].ID
		w.happens(ops.Event{Run: id, Kind: ops.RunStarted})
		w.happens(ops.Event{Run: id, Kind: ops.StepEnded, Step: "rehearse", Result: &ops.Result{Rehearsal: &ops.Rehearsal{
			Target: ops.Version{Major: 2, Minor: 5}, Failed: "error: null value in column actor"}}})
		w.happens(ops.Event{Run: id, Kind: ops.RunSucceeded})
		w.shows("2.5.0 does not come up on this data", "an upgrade would stop here", "null value in column actor")
	})
}
