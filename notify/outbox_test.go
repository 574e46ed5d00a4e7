package notify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/keeptrusts/ktops/notify"
)

var errAway = errors.New("nobody answers")

func TestOutbox_KeepsTheOrderOfAChannelThatFailsForAWhile(t *testing.T) {
	box := &mailbox{answer: func(_ context.Context, m notify.Message, tried int) error {
		if m.Key == "a" && tried < 3 {
			return errAway
		}
		return nil
	}}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		for _, key := range []string{"a", "b", "c", "a"} {
			w.raise(alarm(key, time.Hour))
		}
		after(time.Minute)
		tried, _ := box.keys()
		if diff := cmp.Diff([]string{"a", "a", "a", "a", "b", "c"}, tried); diff != "" {
			t.Error(diff)
		}
		if sent := testutil.ToFloat64(w.metrics.Sent.WithLabelValues("ops")); sent != 3 {
			t.Errorf("%v were counted as sent", sent)
		}
	})
}

func TestOutbox_WaitsLongerAfterEachTryUntilTheDeadline(t *testing.T) {
	box := &mailbox{answer: func(context.Context, notify.Message, int) error { return errAway }}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", 10*time.Minute))
		after(11 * time.Minute)
		for i := range box.all()[1:] {
			base := min(2*time.Second<<min(i, 10), time.Minute)
			wait := box.all()[i+1].at.Sub(box.all()[i].at)
			if wait < base*8/10-time.Millisecond || wait > base*12/10 { // times are kept in milliseconds
				t.Errorf("wait %d is %s, want %s give or take a fifth", i+1, wait, base)
			}
		}
		if n := len(box.all()); n < 12 || n > 18 {
			t.Errorf("%d tries in 10 minutes", n)
		}
		if state := w.states()["a"]; state != "expired" {
			t.Errorf("it is %s", state)
		}
		if !strings.Contains(w.log.String(), "could not be sent in time") || !strings.Contains(w.log.String(), "nobody answers") {
			t.Error("the log does not say that it expired, or why")
		}
		if lost := testutil.ToFloat64(w.metrics.Lost.WithLabelValues("ops", "expired")); lost != 1 {
			t.Errorf("%v were counted as expired", lost)
		}
	})
}

func TestOutbox_TriesDoNotKeepStep(t *testing.T) {
	a, b := &mailbox{}, &mailbox{}
	a.answer = func(context.Context, notify.Message, int) error { return errAway }
	b.answer = a.answer
	inBubble(t, []notify.Route{operators("a", a), operators("b", b)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", 10*time.Minute))
		after(9 * time.Minute)
		if a.all()[5].at.Equal(b.all()[5].at) {
			t.Error("two channels are tried at the same moments")
		}
	})
}

func TestOutbox_WaitsAsLongAsItIsAskedTo(t *testing.T) {
	box := &mailbox{answer: func(_ context.Context, _ notify.Message, tried int) error {
		if tried == 0 {
			return notify.RetryAfter(errAway, 20*time.Minute)
		}
		return nil
	}}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		after(40 * time.Minute)
		if len(box.all()) != 2 || box.all()[1].at.Sub(box.all()[0].at) != 20*time.Minute {
			t.Errorf("tries: %+v", box.all())
		}
	})
}

func TestOutbox_GivesUpWhatIsRefusedForGoodAndGoesOn(t *testing.T) {
	box := &mailbox{answer: func(_ context.Context, m notify.Message, _ int) error {
		if m.Key == "a" {
			return notify.Permanent(errors.New("no such mailbox"))
		}
		return nil
	}}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		w.raise(alarm("b", time.Hour))
		after(time.Minute)
		tried, _ := box.keys()
		if diff := cmp.Diff([]string{"a", "b"}, tried); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"a": "failed", "b": "sent"}, w.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOutbox_AChannelThatHangsHoldsNoOther(t *testing.T) {
	hangs := &mailbox{answer: func(ctx context.Context, _ notify.Message, _ int) error { <-ctx.Done(); return ctx.Err() }}
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("dead", hangs), operators("ops", box)}, func(t *testing.T, w *world) {
		for _, key := range []string{"a", "b", "c"} {
			w.raise(alarm(key, time.Hour))
		}
		after(time.Second)
		if _, taken := box.keys(); len(taken) != 3 {
			t.Errorf("the other channel got %q", taken)
		}
		if depth := testutil.ToFloat64(w.metrics.Depth.WithLabelValues("dead")); depth != 3 {
			t.Errorf("the depth of the dead channel is %v", depth)
		}
		after(4 * time.Minute) // a try has its limit, whatever the channel does
		if len(hangs.all()) == 0 {
			t.Error("a try hangs for ever")
		}
		after(time.Hour)
		told, err := w.outbox.History(t.Context(), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range told {
			if d.Channel == "dead" && d.State != "expired" {
				t.Errorf("%s is %s", d.Notice, d.State)
			}
		}
	})
}

func TestOutbox_OneRecipientKeepsNothingFromTheOthers(t *testing.T) {
	box := &mailbox{answer: func(_ context.Context, m notify.Message, _ int) error {
		if m.To == "away@example.com" {
			return errAway
		}
		return nil
	}}
	route := operators("mail", box)
	route.Recipients = []string{"away@example.com", "here@example.com", "there@example.com"}
	inBubble(t, []notify.Route{route}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		w.raise(alarm("b", time.Hour))
		after(time.Minute)
		want := map[string]string{
			"a to away@example.com": "pending", "a to here@example.com": "sent", "a to there@example.com": "sent",
			"b to away@example.com": "pending", "b to here@example.com": "sent", "b to there@example.com": "sent",
		}
		if diff := cmp.Diff(want, w.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOutbox_GivesAChannelTwoMessagesAtATime(t *testing.T) {
	var now, most atomic.Int32
	box := &mailbox{answer: func(context.Context, notify.Message, int) error {
		most.Store(max(most.Load(), now.Add(1)))
		<-time.After(time.Minute)
		now.Add(-1)
		return nil
	}}
	route := operators("mail", box)
	route.Recipients = []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"}
	inBubble(t, []notify.Route{route}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		after(10 * time.Minute)
		if n := len(box.all()); n != 5 || most.Load() != 2 {
			t.Errorf("%d were sent, %d at a time", n, most.Load())
		}
	})
}

func TestOutbox_WhatIsRaisedTooLateIsNoneToTell(t *testing.T) {
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		n := alarm("a", time.Hour)
		after(2 * time.Hour)
		w.raise(n)
		after(time.Minute)
		if states := w.states(); len(states) != 0 || len(box.all()) != 0 {
			t.Errorf("%v", states)
		}
	})
}

func TestOutbox_AChannelThatPanicsIsTriedAgain(t *testing.T) {
	box := &mailbox{answer: func(_ context.Context, _ notify.Message, tried int) error { panic("a nil pointer") }}
	other := &mailbox{}
	inBubble(t, []notify.Route{operators("broken", box), operators("ops", other)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		after(time.Minute)
		if _, taken := other.keys(); len(taken) != 1 || !strings.Contains(w.log.String(), "a nil pointer") {
			t.Errorf("the other channel got %q", taken)
		}
	})
}

func TestOutbox_TellsWhoItConcerns(t *testing.T) {
	boxes := map[string]*mailbox{}
	var routes []notify.Route
	for _, a := range notify.Audiences() {
		boxes[string(a)] = &mailbox{}
		routes = append(routes, notify.Route{Name: string(a), Audience: a, Channel: boxes[string(a)]})
	}
	boxes["staging"] = &mailbox{}
	routes = append(routes, notify.Route{Name: "staging", Audience: notify.Operators, Environments: []string{"staging"}, Channel: boxes["staging"]})
	inBubble(t, routes, func(t *testing.T, w *world) {
		for _, kind := range notify.Kinds() {
			n := alarm(string(kind), time.Hour)
			n.Kind = kind
			w.raise(n)
		}
		narrow := alarm("narrow", time.Hour)
		narrow.Audiences = []notify.Audience{notify.Leaders}
		w.raise(narrow)
		after(time.Second)
		want := map[string][]string{
			"users":     {"upcoming", "cancelled", "opened", "overrun", "reopened", "rolled-back"},
			"operators": {"upcoming", "cancelled", "opened", "overrun", "maintenance-ending", "reopened", "rolled-back", "failed", "held", "missed", "asks-again", "alarm", "occurrence-failed"},
			"leaders":   {"upcoming", "cancelled", "reopened", "rolled-back", "failed", "missed", "alarm", "narrow"},
			"staging":   nil,
		}
		for name, box := range boxes {
			_, got := box.keys()
			if diff := cmp.Diff(want[name], got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		for _, try := range boxes["users"].all() {
			if try.message.Facts.Reason != "" || strings.Contains(try.message.Text, "the edge is closed") {
				t.Errorf("users are told the reason of %s", try.message.Kind)
			}
		}
	})
}

func TestOutbox_RefusesWhatItCouldNeverTell(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w *world) {
		for name, spoil := range map[string]func(*notify.Notice){
			"no key":             func(n *notify.Notice) { n.Key = "" },
			"an unknown kind":    func(n *notify.Notice) { n.Kind = "gossip" },
			"no time":            func(n *notify.Notice) { n.At = time.Time{} },
			"no time to send it": func(n *notify.Notice) { n.Deadline = n.At },
		} {
			n := alarm("a", time.Hour)
			spoil(&n)
			if err := w.outbox.Raise(t.Context(), n); err == nil {
				t.Errorf("%s: it was accepted", name)
			}
		}
		twice := []notify.Route{operators("ops", &mailbox{}), operators("ops", &mailbox{})}
		if err := w.outbox.Configure(twice, nil, ""); err == nil || !strings.Contains(err.Error(), `"ops"`) {
			t.Errorf("two channels of one name: %v", err)
		}
		w.raise(alarm("told to nobody", time.Hour))
		after(time.Second)
		if state := w.states()["told to nobody"]; state != "nobody" {
			t.Errorf("it is %s", state)
		}
	})
}

func TestOutbox_AReloadKeepsWhatWaits(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	box := &mailbox{answer: func(context.Context, notify.Message, int) error {
		if down.Load() {
			return errAway
		}
		return nil
	}}
	routes := []notify.Route{operators("ops", box)}
	inBubble(t, routes, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		after(time.Second)
		if err := w.outbox.Configure(nil, nil, ""); err != nil {
			t.Fatal(err)
		}
		down.Store(false)
		after(10 * time.Minute)
		if state := w.states()["a"]; state != "pending" {
			t.Errorf("without its channel it is %s", state)
		}
		if err := w.outbox.Configure(routes, nil, ""); err != nil {
			t.Fatal(err)
		}
		after(time.Second)
		if state := w.states()["a"]; state != "sent" {
			t.Errorf("with its channel again it is %s", state)
		}
	})
}

func TestOutbox_OwnWordsThatDoNotFitGiveWayToTheBuiltInOnes(t *testing.T) {
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		// With the samples this is fine; with a reason that has no colon it is not.
		own := map[notify.Kind]notify.Template{notify.Alarm: {Subject: `{{if eq .Reason "the edge is closed"}}{{slice .Reason 900}}{{end}}look`}}
		templates, err := notify.ParseTemplates(own)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.outbox.Configure(w.routes, templates, ""); err != nil {
			t.Fatal(err)
		}
		w.raise(alarm("a", time.Hour))
		after(time.Second)
		if len(box.all()) != 1 || box.all()[0].message.Subject != "production: a person must look now" {
			t.Errorf("told: %+v", box.all())
		}
	})
}

// TestOutbox_WhatCannotBeRecordedAsSentIsNotSentAgain has a database that takes
// everything but that.
func TestOutbox_WhatCannotBeRecordedAsSentIsNotSentAgain(t *testing.T) {
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		exec := func(statement string) {
			if _, err := w.db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		after(time.Second) // the start has written what it had to
		exec(`CREATE TRIGGER full BEFORE UPDATE ON notify_deliveries WHEN NEW.state = 'sent' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
		w.raise(alarm("a", time.Hour))
		w.raise(alarm("b", time.Hour))
		after(10 * time.Minute)
		if tried, _ := box.keys(); !slices.Equal(tried, []string{"a"}) {
			t.Errorf("while the disk is full: %q", tried)
		}
		exec(`DROP TRIGGER full`)
		after(time.Minute)
		if tried, _ := box.keys(); !slices.Equal(tried, []string{"a", "b"}) {
			t.Errorf("after that: %q", tried)
		}
	})
}
