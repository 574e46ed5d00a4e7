package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestUpgrade_FromCommandToReportOnOneCard(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		if !card.Contains("2.4.3 → 2.5.0") || !card.Contains("2 pending exports") || len(card.Buttons()) != 3 {
			t.Errorf("the plan card says:\n%s", card.Plain())
		}
		ack := w.clicks("bob", card, "Approve")
		if ack.Confirm == nil || !strings.Contains(ack.Confirm.Text.Text, "production") {
			t.Errorf("the dialog says %+v", ack.Confirm)
		}
		w.settle(5 * time.Second)
		run := w.runs()[0]
		w.drive(run)
		card = w.card()
		if !card.Contains("Succeeded") || !card.Contains("<@U0BOB>") || !card.Contains("900 requests, *0 failed*") {
			t.Errorf("the report says:\n%s", card.Plain())
		}
		if gap := card.MinimumEditGap(); gap < 2*time.Second {
			t.Errorf("edits came %v apart", gap)
		}
		thread := w.ws.Replies(card)
		for i, want := range []string{"Digest", "approved", "took the run up", "pull images", "backup", "roll api", "verify", "it is done"} {
			if i >= len(thread) || !thread[i].Contains(want) {
				t.Fatalf("reply %d of %d in the thread is not about %q:\n%s", i, len(thread), want, w.ws.Transcript(prod))
			}
		}
	})
}

// drive runs a run to its good end, as the runner would.
func (w *world) drive(run ops.Run) {
	w.t.Helper()
	step := func(e ops.Event) {
		e.Run, e.Actor = run.ID, ops.Ktops()
		if _, err := w.svc.event(e); err != nil {
			w.t.Fatal(err)
		}
		w.settle(700 * time.Millisecond)
	}
	step(ops.Event{Kind: ops.RunStarted})
	for _, s := range run.Steps {
		step(ops.Event{Kind: ops.StepBegan, Step: s.Name})
		for i := range 10 {
			w.svc.progress(run.ID, ops.Progress{Fraction: float64(i) / 10})
			w.settle(300 * time.Millisecond)
		}
		step(ops.Event{Kind: ops.StepEnded, Step: s.Name})
	}
	step(ops.Event{Kind: ops.RunSucceeded, Probe: &ops.ProbeResult{Requests: 900, Streams: 1}})
	w.settle(10 * time.Second)
}
