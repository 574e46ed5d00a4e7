package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

// answer types a command and gives what only the person is told.
func (w *world) answer(user, text string) slackemu.Message {
	w.t.Helper()
	w.types(user, text)
	w.settle(3 * time.Second)
	told := w.answers(user)
	if len(told) == 0 {
		w.t.Fatalf("nothing was answered to %q:\n%s", text, w.log)
	}
	return told[len(told)-1]
}

// happens adds an event to a run and lets the card follow.
func (w *world) happens(e ops.Event) {
	w.t.Helper()
	if e.Actor.ID == "" {
		e.Actor = ops.Ktops()
	}
	if _, err := w.svc.event(e); err != nil {
		w.t.Fatal(err)
	}
	w.settle(6 * time.Second)
}

func (w *world) shows(want ...string) {
	w.t.Helper()
	card := w.card()
	for _, text := range want {
		if !card.Contains(text) {
			w.t.Errorf("the card does not say %q:\n%s", text, card.Plain())
		}
	}
}

func buttons(m slackemu.Message) string {
	var labels []string
	for _, b := range m.Buttons() {
		labels = append(labels, b.Text.Text)
	}
	return strings.Join(labels, ", ")
}

func TestSchedule_AMajorVersionIsApprovedIntoAnOpeningByPicker(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.shows("window: a major version always takes a window", "closed for *about 45 seconds*", "5. snapshot the database")
		if got := buttons(w.card()); got != "Schedule…, Reject, Details" {
			t.Errorf("the card's buttons are %s", got)
		}
		w.clicks("bob", w.card(), "Schedule…")
		w.settle(time.Second)
		modal, ok := w.ws.Modal("bob")
		if !ok {
			t.Fatalf("no modal was opened; bob was told %q", w.told("bob"))
		}
		options := modal.Blocks[1].Element.Options
		if len(options) != 5 || options[1].Text.Text != "Sun 9 Jan, 02:00–04:00 CET (01:00 UTC)" {
			t.Fatalf("%d options, the second is %+v", len(options), options[1].Text)
		}
		if _, err := w.ws.Submit(t.Context(), "bob", modal, map[string][]string{"Opening": {options[1].Value}}); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		run := w.runs()[0]
		if run.State != ops.Scheduled || run.Opening.Key != "2000-01-09T02:00" {
			t.Fatalf("the run is %s, for %+v; bob was told %q", run.State, run.Opening, w.told("bob"))
		}
		w.shows("*Scheduled*: window *weekly* opens *in 8 days*", "Sun 9 Jan 2000, 02:00–04:00 CET (01:00–03:00 UTC)", "Latest safe start", "<@U0BOB>")
		if got := buttons(w.card()); got != "Withdraw, Details" {
			t.Errorf("the scheduled card's buttons are %s", got)
		}
	})
}

func TestSchedule_TheSecondApproverApprovesTheOpeningThatTheFirstChose(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.policy.Approvals, w.opts.Environments[0].Policy.Approvals = 2, 2
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.clicks("bob", w.card(), "Schedule…")
		w.settle(time.Second)
		modal, _ := w.ws.Modal("bob")
		if _, err := w.ws.Submit(t.Context(), "bob", modal, nil); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		w.shows("1 of 2", "weekly: Sun 2 Jan 2000, 02:00–04:00 CET")
		w.clicks("carol", w.card(), "Approve")
		w.settle(5 * time.Second)
		if run := w.runs()[0]; run.State != ops.Scheduled || run.Opening.Key != "2000-01-02T02:00" {
			t.Errorf("the run is %s for %+v; carol was told %q", run.State, run.Opening, w.told("carol"))
		}
	})
}

func TestSchedule_ARefusalIsToldToWhoChose(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.clicks("mallory", w.card(), "Schedule…")
		w.settle(time.Second)
		modal, _ := w.ws.Modal("mallory")
		if _, err := w.ws.Submit(t.Context(), "mallory", modal, nil); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		if !strings.Contains(w.told("mallory"), "may not approve") || w.runs()[0].State != ops.Proposed {
			t.Errorf("the run is %s, mallory was told %q", w.runs()[0].State, w.told("mallory"))
		}
	})
}

func TestSchedule_WithoutAnyWindowTheCardSaysHowToAddOneAndThenOffersIt(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.shows("*No window may upgrade production*", "`ktops.yaml`")
		if got := buttons(w.card()); got != "Reject, Details" {
			t.Errorf("the card's buttons are %s", got)
		}
		w.withWindow() // as after ktops reload
		w.settle(10 * time.Second)
		w.shows("*Next opening*: weekly, Sun 2 Jan 2000, 02:00–04:00 CET (01:00–03:00 UTC)")
		if got := buttons(w.card()); got != "Schedule…, Reject, Details" {
			t.Errorf("the card's buttons are %s", got)
		}
	})
}

func TestSchedule_AWindowThatWasTakenAwayIsSaidAtTheClick(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.svc.openings = nil
		w.clicks("bob", w.card(), "Schedule…")
		w.settle(3 * time.Second)
		if !strings.Contains(w.told("bob"), "ktops.yaml") {
			t.Errorf("bob was told %q", w.told("bob"))
		}
	})
}

func TestSchedule_AStaleButtonOpensNoDialog(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		stale := w.card()
		w.happens(ops.Event{Run: w.runs()[0].ID, Kind: ops.RunRejected, Reason: "not now"})
		w.clicks("bob", stale, "Schedule…")
		w.settle(3 * time.Second)
		if _, open := w.ws.Modal("bob"); open || !strings.Contains(w.told("bob"), "is rejected now") {
			t.Errorf("a dialog is open: %v; bob was told %q", open, w.told("bob"))
		}
	})
}

func TestSchedule_OffersNoOpeningThatAnotherRunHas(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.scheduledRun()
		w.types("alice", "upgrade 3.1.0")
		w.settle(5 * time.Second)
		var card slackemu.Message
		for _, m := range w.ws.Messages(prod) {
			if m.Contains("3.1.0") {
				card = m
			}
		}
		if !card.Contains("*Next opening*: weekly, Sun 9 Jan 2000") {
			t.Errorf("the card says:\n%s", card.Plain())
		}
		w.clicks("bob", card, "Schedule…")
		w.settle(time.Second)
		modal, _ := w.ws.Modal("bob")
		if options := modal.Blocks[1].Element.Options; len(options) != 4 || strings.HasPrefix(options[0].Text.Text, "Sun 2 Jan") {
			t.Errorf("offered: %d openings, the first %+v", len(options), options[0].Text)
		}
	})
}

func TestSchedule_BreakingTheGlassNeedsAReasonAndAnOpening(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.opts.Environments[0].Policy.BreakGlass = ops.Who{Users: []string{"U0ALICE"}}
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.clicks("alice", w.card(), "Schedule…")
		w.settle(time.Second)
		modal, _ := w.ws.Modal("alice")
		if _, err := w.ws.Submit(t.Context(), "alice", modal, map[string][]string{"Reason": {"nobody else is awake"}}); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		run := w.runs()[0]
		if run.State != ops.Scheduled || !run.Approvals[0].BreakGlass || run.Opening.Key != "2000-01-02T02:00" {
			t.Errorf("the run is %s for %+v, approved by %+v; alice was told %q", run.State, run.Opening, run.Approvals, w.told("alice"))
		}
	})
}

func TestUpgrade_IntoTheNextWindowIsApprovedByOneClickOrByCommand(t *testing.T) {
	for name, approve := range map[string]func(w *world){
		"click":   func(w *world) { w.clicks("bob", w.card(), "Approve") },
		"command": func(w *world) { w.types("bob", "approve") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.withWindow()
				w.types("alice", "upgrade 3.0.0 --window next")
				w.settle(5 * time.Second)
				w.shows("weekly: Sun 2 Jan 2000, 02:00–04:00 CET (01:00–03:00 UTC)", "Latest safe start")
				if got := buttons(w.card()); got != "Approve, Reject, Details" {
					t.Errorf("the card's buttons are %s", got)
				}
				approve(w)
				w.settle(5 * time.Second)
				if run := w.runs()[0]; run.State != ops.Scheduled {
					t.Errorf("the run is %s; bob was told %q", run.State, w.told("bob"))
				}
			})
		})
	}
}

func TestApprove_ByCommandNamesTheWindow(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.types("bob", "approve --window 2000-01-16T02:00")
		w.settle(5 * time.Second)
		if run := w.runs()[0]; run.State != ops.Scheduled || run.Opening.Key != "2000-01-16T02:00" {
			t.Errorf("the run is %s for %+v; bob was told %q", run.State, run.Opening, w.told("bob"))
		}
	})
}

// scheduledRun is a run that bob approved into the next opening.
func (w *world) scheduledRun() ops.Run {
	w.t.Helper()
	w.withWindow()
	w.types("alice", "upgrade 3.0.0 --window next")
	w.settle(5 * time.Second)
	w.clicks("bob", w.card(), "Approve")
	w.settle(5 * time.Second)
	return w.runs()[0]
}

func TestScheduled_CardCountsDownAndCanBeWithdrawn(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.scheduledRun()
		before := w.card().Edits()
		w.shows("in about 25 hours")
		w.settle(3 * time.Hour)
		w.shows("in about 22 hours")
		if edits := w.card().Edits() - before; edits > 4 {
			t.Errorf("%d edits in three hours of waiting", edits)
		}
		ack := w.clicks("alice", w.card(), "Withdraw")
		if ack.Confirm == nil {
			t.Error("nothing asked whether to withdraw")
		}
		w.settle(5 * time.Second)
		w.shows("*Withdrawn*", "upgrade 3.0.0 --env production --window next")
	})
}

func TestScheduled_CountsDownAlsoWhenOtherRunsCameAfterIt(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.scheduledRun()
		for _, id := range []string{"r-cccccc", "r-dddddd", "r-eeeeee"} {
			w.svc.mu.Lock()
			w.svc.order = append(w.svc.order, id)
			w.svc.mu.Unlock()
			w.happens(ops.Event{Run: id, Kind: ops.RunProposed, Request: &run.Request, Plan: &run.Plan})
			w.happens(ops.Event{Run: id, Kind: ops.RunRejected, Reason: "one is enough"})
		}
		w.settle(3 * time.Hour)
		for _, m := range w.ws.Messages(prod) {
			if m.Contains("*Scheduled*") && !m.Contains("in about 22 hours") {
				t.Errorf("three hours later the card says:\n%s", m.Plain())
			}
		}
	})
}
