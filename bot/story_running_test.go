package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

func TestWindow_CardTellsOfTheClosedEdgeTheOverrunAndTheReport(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.scheduledRun()
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunOpened, Reason: "window weekly is open"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunStarted})
		for _, s := range run.Steps {
			w.happens(ops.Event{Run: run.ID, Kind: ops.StepBegan, Step: s.Name})
			if s.Kind == ops.StartService {
				w.happens(ops.Event{Run: run.ID, Kind: ops.RunOverran, Until: run.Opening.Closes.Add(time.Hour), Reason: "the migration is slow"})
				w.shows("*Edge closed* since", "expected back", "*Overrun*", "05:00 CET")
			}
			w.happens(ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: s.Name, Result: resultOf(s.Step)})
		}
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunSucceeded, Probe: &ops.ProbeResult{Requests: 90, Closed: 70}})
		w.shows("*Succeeded*", "*Closed for*\n*1 minute 6 seconds*, about 45 seconds expected", "keeptrusts_before_3", "*2*", "70 requests answered by the page")
		if n := w.broadcasts("overruns its window"); n != 1 {
			t.Errorf("the overrun was said %d times in the channel", n)
		}
	})
}

func resultOf(s ops.Step) *ops.Result {
	switch s.Kind {
	case ops.Drain:
		return &ops.Result{StreamsCut: 2}
	case ops.Snapshot:
		return &ops.Result{Snapshot: "keeptrusts_before_3"}
	}
	return nil
}

// broadcasts counts thread messages with a text that the channel sees too.
func (w *world) broadcasts(text string) int {
	n := 0
	for _, call := range w.ws.Calls("chat.postMessage") {
		if call.Error == "" && strings.Contains(call.Args["blocks"], text) && call.Args["reply_broadcast"] == "true" {
			n++
		}
	}
	return n
}

func TestWindow_RolledBackSaysThatItReopened(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.scheduledRun()
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunOpened})
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunStarted})
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepBegan, Step: "close edge"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: "close edge"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunUndoing, Reason: "the API did not start"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.StepReverted, Step: "close edge"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunRolledBack, Reason: "the API did not start"})
		w.shows("*Rolled back and reopened*", "12 seconds")
	})
}

func TestWindow_AlarmAndDeadManAreLoud(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.scheduledRun()
		w.happens(ops.Event{Run: run.ID, Kind: ops.Alarm, Reason: "the platform is not healthy"})
		w.happens(ops.Event{Run: run.ID, Kind: ops.EdgeOpened, Reason: "nobody was working behind it"})
		if w.broadcasts("a person must look now") != 1 || w.broadcasts("dead-man rule") != 1 {
			t.Errorf("the channel was not told:\n%s", w.ws.Transcript(prod))
		}
	})
}

func TestMissed_SaysWhyAndHowToAskAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.scheduledRun()
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunMissed, Reason: "ktops did not run"})
		w.shows("*Missed*: window *weekly* passed unused", "ktops did not run", "--window next")
		if w.broadcasts("passed unused") != 1 {
			t.Errorf("the channel was not told:\n%s", w.ws.Transcript(prod))
		}
	})
}

func TestVoid_AtTheOpeningPointsToTheCardThatAsksAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		run := w.scheduledRun()
		w.happens(ops.Event{Run: run.ID, Kind: ops.RunVoid, Reason: "api was 1 × 2.4.3, is now 1 × 2.4.4"})
		again := run.Request
		again.Replaces = run.ID
		w.svc.mu.Lock()
		w.svc.order = append(w.svc.order, "r-bbbbbb")
		w.svc.mu.Unlock()
		w.happens(ops.Event{Run: "r-bbbbbb", Kind: ops.RunProposed, Actor: again.By, Request: &again, Plan: &run.Plan})
		w.settle(20 * time.Second)
		var old, next slackemu.Message
		for _, m := range w.ws.Messages(prod) {
			if m.Contains("r-aaaaaa") && m.Contains("*Void*") {
				old = m
			}
			if m.Contains("asks again for `r-aaaaaa`") {
				next = m
			}
		}
		if next.TS == "" || !old.Contains("p"+strings.ReplaceAll(next.TS, ".", "")+"|r-bbbbbb>") {
			t.Fatalf("the old card says:\n%s\nthe new one:\n%s", old.Plain(), next.Plain())
		}
		if w.broadcasts("is void") != 1 {
			t.Errorf("the channel was not told:\n%s", w.ws.Transcript(prod))
		}
		thread := w.ws.Replies(old)
		if !thread[len(thread)-1].Contains("It is asked for again") {
			t.Errorf("the thread ends with %q", thread[len(thread)-1].Plain())
		}
	})
}
