package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

func TestRestart_AModalThatWasOpenCanBeSubmitted(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.clicks("bob", w.card(), "Schedule…")
		w.settle(time.Second)
		modal, ok := w.ws.Modal("bob")
		if !ok {
			t.Fatalf("no modal; bob was told %q", w.told("bob"))
		}
		w.stop()
		w.start()
		edits := w.card().Edits()
		if _, err := w.ws.Submit(t.Context(), "bob", modal, nil); err != nil {
			t.Fatal(err)
		}
		w.settle(10 * time.Second)
		if run := w.runs()[0]; run.State != ops.Scheduled || len(run.Approvals) != 1 {
			t.Errorf("the run is %s, approved by %+v; bob was told %q", run.State, run.Approvals, w.told("bob"))
		}
		w.shows("*Scheduled*")
		if n := w.card().Edits() - edits; n != 1 {
			t.Errorf("the card was edited %d times, want once", n)
		}
	})
}

func TestRestart_BetweenTheSubmissionAndTheApprovalApprovesOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.types("alice", "upgrade 3.0.0")
		w.settle(5 * time.Second)
		w.clicks("bob", w.card(), "Schedule…")
		w.settle(time.Second)
		modal, _ := w.ws.Modal("bob")
		w.svc.slow = 5 * time.Second // the world is being looked at when ktops ends
		if _, err := w.ws.Submit(t.Context(), "bob", modal, nil); err != nil {
			t.Fatal(err)
		}
		w.settle(time.Second)
		w.stop()
		if run := w.runs()[0]; run.State != ops.Proposed {
			t.Fatalf("the run is %s already", run.State)
		}
		w.start()
		w.settle(20 * time.Second)
		if run := w.runs()[0]; run.State != ops.Scheduled || len(run.Approvals) != 1 || w.svc.approved != 1 {
			t.Errorf("the run is %s, approved by %+v", run.State, run.Approvals)
		}
		if told := w.told("bob"); told != "" {
			t.Errorf("bob was told %q", told)
		}
	})
}

// undone puts all deliveries back, as if a crash had come just before they were
// marked as worked off.
func (w *world) undone() {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), "UPDATE slack_inbox SET done_at = NULL"); err != nil {
		w.t.Fatal(err)
	}
}

func TestConfirm_AfterACrashIsNotDoneTwice(t *testing.T) {
	for text, button := range map[string]string{
		"windows skip weekly late": "Skip it", "freeze 3d late": "Freeze", "windows run-now weekly": "Open it now", "unfreeze f-old234": "Lift it",
	} {
		for _, told := range []string{"before", "after"} {
			t.Run("say "+text+", a crash "+told+" it was told", func(t *testing.T) {
				inBubble(t, func(t *testing.T, w *world) {
					k := w.withWindow()
					k.freezes = []ops.Freeze{{ID: "f-old234", Environment: "production", Until: time.Now().Add(time.Hour), Reason: "the move"}}
					restore := func() {}
					if told == "before" {
						restore = w.ws.Fail(slackemu.Fault{Kind: slackemu.DropBefore, Method: "chat.postMessage"})
					}
					w.clicks("bob", w.answer("bob", text), button)
					w.settle(3 * time.Second)
					w.stop()
					w.undone()
					if told == "before" {
						if _, err := w.db.ExecContext(t.Context(), "DELETE FROM slack_outbox WHERE kind = 'post'"); err != nil {
							t.Fatal(err)
						}
					}
					restore()
					w.start()
					w.settle(20 * time.Second)
					if len(k.calls) != 1 || len(w.ws.Messages(prod)) != 1 {
						t.Errorf("done: %q; bob was told %q; the channel shows:\n%s", k.calls, w.told("bob"), w.ws.Transcript(prod))
					}
				})
			})
		}
	}
}

func TestConfirm_ASecondPersonWhoDoesTheSameIsNotToldToAllAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		k := w.withWindow()
		first, second := w.answer("bob", "windows skip weekly late"), w.answer("carol", "windows skip weekly the fair")
		w.clicks("bob", first, "Skip it")
		w.settle(3 * time.Second)
		w.clicks("carol", second, "Skip it")
		w.settle(3 * time.Second)
		if len(k.calls) != 1 || len(w.ws.Messages(prod)) != 1 || !strings.Contains(w.told("carol"), "<@U0BOB> skipped window *weekly*") {
			t.Errorf("done: %q; carol was told %q; the channel shows:\n%s", k.calls, w.told("carol"), w.ws.Transcript(prod))
		}
	})
}

func TestAnnounce_KilledBetweenSendingAndRecordingIsSaidOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.ws.Fail(slackemu.Fault{Kind: slackemu.DropAfter, Method: "chat.postMessage", Calls: 1})
		if err := w.bot.Announce(t.Context(), "upcoming/r-abc234/1h", prod, "Upgrade at 02:00"); err != nil {
			t.Fatal(err)
		}
		w.settle(500 * time.Millisecond)
		w.stop()
		if n := len(w.ws.Messages(prod)); n != 1 {
			t.Fatalf("%d messages before the restart", n)
		}
		w.start()
		if err := w.bot.Announce(t.Context(), "upcoming/r-abc234/1h", prod, "Upgrade at 02:00"); err != nil {
			t.Fatal(err)
		}
		w.settle(time.Minute)
		if n := len(w.ws.Messages(prod)); n != 1 {
			t.Errorf("the channel shows:\n%s", w.ws.Transcript(prod))
		}
		if n, err := w.store.Depth(t.Context()); err != nil || n != 0 {
			t.Errorf("%d messages wait still, %v", n, err)
		}
	})
}

func TestRestart_TellsWhatOnePersonAskedForApart(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		w.svc.slow = 5 * time.Second
		w.types("alice", "maintenance on 20m new disk")
		w.settle(time.Second)
		w.svc.slow = 0
		w.types("alice", "upgrade 3.0.0 --window next")
		w.settle(time.Second)
		w.stop()
		if n := len(w.runs()); n != 1 {
			t.Fatalf("%d runs when ktops ends", n)
		}
		w.start()
		w.settle(20 * time.Second)
		if runs := w.runs(); len(runs) != 2 || runs[0].Request.Maintenance == nil {
			t.Errorf("there are %d runs; alice was told %q", len(runs), w.told("alice"))
		}
	})
}
