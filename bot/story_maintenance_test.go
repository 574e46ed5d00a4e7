package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// closedMaintenance is one that bob approved and that has closed the edge.
func (w *world) closedMaintenance() ops.Run {
	w.t.Helper()
	w.types("alice", "maintenance on 20m new disk")
	w.settle(5 * time.Second)
	w.shows("new disk", "20 minutes, then opened by itself")
	if ack := w.clicks("bob", w.card(), "Approve"); ack.Confirm == nil || !strings.Contains(ack.Confirm.Text.Text, "20 minutes") {
		w.t.Errorf("the dialog says %+v", ack.Confirm)
	}
	w.settle(5 * time.Second)
	run := w.runs()[0]
	w.happens(ops.Event{Run: run.ID, Kind: ops.RunStarted})
	w.happens(ops.Event{Run: run.ID, Kind: ops.StepBegan, Step: "close edge"})
	w.happens(ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: "close edge"})
	w.happens(ops.Event{Run: run.ID, Kind: ops.StepBegan, Step: "stay closed"})
	w.shows("*Closed* since")
	return run
}

func TestMaintenance_IsApprovedAndOpenedByButton(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.closedMaintenance()
		edits := w.card().Edits()
		w.settle(10 * time.Minute)
		if now := w.card().Edits(); now != edits {
			t.Errorf("%d edits in ten quiet minutes", now-edits)
		}
		ack := w.clicks("bob", w.card(), "Open now")
		if ack.Confirm == nil {
			t.Error("nothing asked whether to open")
		}
		w.settle(5 * time.Second)
		w.shows("*Being opened*, asked by <@U0BOB>")
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: "stay closed"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: "open edge"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunSucceeded})
		w.shows("*Open again* after 10 minutes")
		if len(w.card().Buttons()) != 0 {
			t.Errorf("the card still has %s", buttons(w.card()))
		}
	})
}

func TestMaintenance_OffAsksAndThenOpens(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.closedMaintenance()
		ask := w.answer("bob", "maintenance off the disk is in")
		if w.svc.called("reopen production by U0BOB") != 0 || buttons(ask) != "Open now" {
			t.Fatalf("before the confirmation: %q, %s", w.svc.calls, ask.Plain())
		}
		w.clicks("bob", ask, "Open now")
		w.settle(3 * time.Second)
		if w.svc.called("reopen production by U0BOB") != 1 || w.runs()[0].AskedWhy != "the disk is in" {
			t.Errorf("the domain was asked %q", w.svc.calls)
		}
	})
}

func TestMaintenance_OffWhenNoneIsOn(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		if told := w.answer("bob", "maintenance off"); !told.Contains("No maintenance is on in production") {
			t.Errorf("bob was told %q", told.Plain())
		}
	})
}

func TestMaintenance_AStaleButtonOpensNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.closedMaintenance()
		stale := w.card()
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunSucceeded})
		w.clicks("bob", stale, "Open now")
		w.settle(3 * time.Second)
		if w.svc.called("reopen production by U0BOB") != 0 || !strings.Contains(w.told("bob"), "is over") {
			t.Errorf("asked %q, bob was told %q", w.svc.calls, w.told("bob"))
		}
	})
}

func TestMaintenance_StatusTellsHowTheEdgeIs(t *testing.T) {
	tests := []struct {
		name string
		edge *ops.EdgeState
		want string
	}{
		{"open", &ops.EdgeState{}, "*Open*"},
		{"closed", &ops.EdgeState{Closed: &ops.Closure{Run: "r-abc234", Doing: "upgrade to 3.0.0", Now: "start api"}}, "upgrade to 3.0.0 · start api"},
		{"not managed", nil, "a maintenance section under edge"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.svc.edge = test.edge
				if told := w.answer("alice", "maintenance status"); !told.Contains(test.want) {
					t.Errorf("alice was told %q, want %q", told.Plain(), test.want)
				}
			})
		})
	}
}

func TestMaintenance_ThatNobodyMustApproveIsConfirmedFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.stop()
		w.opts.Environments[0].Policy.Approvals = 0
		w.start()
		ask := w.answer("alice", "maintenance on 20m new disk")
		if len(w.runs()) != 0 || buttons(ask) != "Close the edge" || !ask.Contains("*20 minutes*") {
			t.Fatalf("before the confirmation there are %d runs; alice sees %s", len(w.runs()), ask.Plain())
		}
		if ack := w.clicks("alice", ask, "Close the edge"); ack.Confirm == nil {
			t.Error("the button has no dialog")
		}
		w.settle(3 * time.Second)
		w.stop()
		w.undone()
		w.start()
		w.settle(5 * time.Second)
		runs := w.runs()
		if len(runs) != 1 || runs[0].Request.Maintenance.For != 20*time.Minute || runs[0].Request.Reason != "new disk" {
			t.Errorf("there are %d runs: %+v", len(runs), runs)
		}
		if told := w.answers("alice"); len(told) != 1 || len(told[0].Buttons()) != 0 {
			t.Errorf("the question still stands: alice sees %d messages, the first %s", len(told), told[0].Plain())
		}
	})
}
