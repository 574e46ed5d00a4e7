package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

func TestApprove_TwoAtOnceMakeOneRun(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.slow = 2 * time.Second
		card := w.proposed()
		done := make(chan struct{})
		for _, user := range []string{"bob", "carol"} {
			go func() {
				w.clicks(user, card, "Approve")
				done <- struct{}{}
			}()
		}
		<-done
		<-done
		w.settle(10 * time.Second)
		run := w.runs()[0]
		if len(w.runs()) != 1 || w.svc.approved != 1 || len(run.Approvals) != 1 {
			t.Errorf("%d runs, approved %d times, approvals %+v", len(w.runs()), w.svc.approved, run.Approvals)
		}
		late := "carol"
		if run.Approvals[0].By.ID == "U0CAROL" {
			late = "bob"
		}
		if !strings.Contains(w.told(late), "already approved by") {
			t.Errorf("the later one was told %q", w.told(late))
		}
	})
}

func TestApprove_TwoAreAskedForAndTwoCome(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.policy.Approvals = 2
		card := w.proposed()
		w.clicks("bob", card, "Approve")
		w.settle(5 * time.Second)
		if run := w.runs()[0]; run.State != ops.Proposed || len(run.Approvals) != 1 {
			t.Errorf("after one of two: %s with %d", run.State, len(run.Approvals))
		}
		w.clicks("carol", card, "Approve")
		w.settle(5 * time.Second)
		if run := w.runs()[0]; run.State != ops.Approved || len(run.Approvals) != 2 {
			t.Errorf("after two of two: %s with %d", run.State, len(run.Approvals))
		}
	})
}

func TestApprove_RefusalsSayWhyToTheClickerAlone(t *testing.T) {
	tests := []struct {
		name, user, want string
		prepare          func(w *world, run string)
	}{
		{"the requester", "alice", "cannot approve it", nil},
		{"somebody else", "mallory", "may not approve", nil},
		{"expired", "bob", "nobody approved it in time", func(w *world, run string) {
			_, _ = w.svc.event(ops.Event{Run: run, Kind: ops.RunExpired, Actor: ops.Ktops(), Reason: "nobody approved it in time"})
		}},
		{"drifted", "bob", "2.4.3, is now 2.4.4", func(w *world, _ string) { w.svc.drift = "api was 1 × 2.4.3, is now 2.4.4" }},
		{"broken", "bob", "cannot connect to the engine", func(w *world, _ string) { w.svc.broken = errors.New("cannot connect to the engine") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				card := w.proposed()
				if test.prepare != nil {
					test.prepare(w, w.runs()[0].ID)
				}
				w.clicks(test.user, card, "Approve")
				w.settle(5 * time.Second)
				if !strings.Contains(w.told(test.user), test.want) {
					t.Errorf("%s was told %q, want %q", test.user, w.told(test.user), test.want)
				}
				if w.svc.approved != 0 {
					t.Error("it was approved all the same")
				}
				if run := w.runs()[0]; !run.State.Open() && len(w.card().Buttons()) != 0 {
					t.Errorf("the card of a %s run still has buttons:\n%s", run.State, w.card().Plain())
				}
			})
		})
	}
}

func TestVoid_CardShowsTheDifference(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		w.svc.drift = "api was 1 × 2.4.3, is now 1 × 2.4.4"
		w.clicks("bob", card, "Approve")
		w.settle(5 * time.Second)
		if c := w.card(); !c.Contains("Void") || !c.Contains("is now 1 × 2.4.4") || !c.Contains("/keeptrusts upgrade 2.5.0 --env production") {
			t.Errorf("the card says:\n%s", c.Plain())
		}
	})
}

func TestReject_AsksForAReasonAndTellsIt(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		w.clicks("bob", card, "Reject")
		w.settle(time.Second)
		modal, ok := w.ws.Modal("bob")
		if !ok {
			t.Fatal("no modal was opened")
		}
		if _, err := w.ws.Submit(t.Context(), "bob", modal, map[string][]string{"Reason": {"not on a Friday"}}); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		if c := w.card(); !c.Contains("Rejected") || !c.Contains("not on a Friday") || len(c.Buttons()) != 0 {
			t.Errorf("the card says:\n%s", c.Plain())
		}
		// The screen of somebody who has not looked since still shows the buttons.
		w.clicks("carol", card, "Reject")
		w.settle(5 * time.Second)
		if !strings.Contains(w.told("carol"), "is rejected now") {
			t.Errorf("carol was told %q", w.told("carol"))
		}
	})
}

func TestBreakGlass_NeedsAReasonAndIsAnnounced(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.opts.Environments[0].Policy.BreakGlass = ops.Who{Users: []string{"U0ALICE"}}
		w.bot.SetEnvironments(w.opts.Environments)
		card := w.proposed()
		w.clicks("alice", card, "Approve")
		w.settle(time.Second)
		modal, ok := w.ws.Modal("alice")
		if !ok || !modal.Contains("announced") {
			t.Fatalf("no modal was opened; alice was told %q", w.told("alice"))
		}
		if _, err := w.ws.Submit(t.Context(), "alice", modal, map[string][]string{"Reason": {"CVE-2026-1 is being exploited"}}); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		run := w.runs()[0]
		if run.State != ops.Approved || !run.Approvals[0].BreakGlass {
			t.Fatalf("the run is %s", run.State)
		}
		announced := false
		for _, call := range w.ws.Calls("chat.postMessage") {
			announced = announced || (strings.Contains(call.Args["blocks"], "broke the glass") && call.Args["reply_broadcast"] == "true")
		}
		if !announced {
			t.Errorf("the channel was not told:\n%s", w.ws.Transcript(prod))
		}
	})
}

func TestDetails_ShowEveryStepAndTheDigest(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		w.clicks("mallory", card, "Details")
		w.settle(time.Second)
		modal, ok := w.ws.Modal("mallory")
		if !ok || !modal.Contains("roll api 1/1") || !modal.Contains("sha256:0123456789ab…") {
			t.Errorf("modal %v: %+v", ok, modal.Blocks)
		}
	})
}

func TestModal_ThatSlackDoesNotOpenIsReplacedByWhatToType(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		defer w.ws.Fail(slackemu.Fault{Kind: slackemu.ServerError, Method: "views.open"})()
		w.clicks("bob", card, "Reject")
		w.settle(5 * time.Second)
		if !strings.Contains(w.told("bob"), "/keeptrusts reject r-aaaaaa REASON") {
			t.Errorf("bob was told %q", w.told("bob"))
		}
	})
}

func TestHoldAndResume_ByButtonAndByCommand(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		w.clicks("bob", card, "Approve")
		w.settle(5 * time.Second)
		id := w.runs()[0].ID
		_, _ = w.svc.event(ops.Event{Run: id, Kind: ops.RunStarted, Actor: ops.Ktops()})
		w.settle(5 * time.Second)
		w.clicks("bob", w.card(), "Hold")
		w.settle(5 * time.Second)
		if c := w.card(); !c.Contains("Holding after this step") {
			t.Errorf("after Hold the card says:\n%s", c.Plain())
		}
		_, _ = w.svc.event(ops.Event{Run: id, Kind: ops.RunHeld, Actor: ops.Ktops(), Reason: "held by Bob"})
		w.settle(5 * time.Second)
		if c := w.card(); !c.Contains("a person decides") {
			t.Errorf("when held the card says:\n%s", c.Plain())
		}
		w.types("bob", "resume")
		w.settle(5 * time.Second)
		if run := w.runs()[0]; run.State != ops.Approved || !strings.Contains(w.told("bob"), "It goes on") {
			t.Errorf("after resume: %s, bob was told %q", run.State, w.told("bob"))
		}
	})
}
