package notify_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
)

func TestOutbox_ARestartKeepsWhatIsToBeToldAndKnowsWhatWas(t *testing.T) {
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		now, day := alarm("now", time.Hour), upcoming("in a day", 48*time.Hour, 24*time.Hour)
		w.raise(now)
		w.raise(day)
		after(time.Hour)
		w.stop()
		w.start()
		w.raise(now) // as a watcher does that looks at recent runs again
		w.raise(day)
		after(22 * time.Hour)
		if _, taken := box.keys(); !slices.Equal(taken, []string{"now"}) {
			t.Errorf("before its time: %q", taken)
		}
		after(90 * time.Minute)
		if _, taken := box.keys(); !slices.Equal(taken, []string{"now", "in a day"}) {
			t.Errorf("after it: %q", taken)
		}
		if at := box.all()[1].at; !at.Equal(day.At) {
			t.Errorf("it was sent at %s, and meant for %s", at, day.At)
		}
	})
}

func TestOutbox_InOneHourIsNotSaidTwoHoursLate(t *testing.T) {
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		hour, minutes := upcoming("1h", 3*time.Hour, time.Hour), upcoming("10m", 3*time.Hour, 10*time.Minute)
		w.raise(hour)
		w.raise(minutes)
		w.stop()
		<-time.After(3*time.Hour - 5*time.Minute) // the machine was off
		w.start()
		after(time.Minute)
		if diff := cmp.Diff(map[string]string{"1h": "expired", "10m": "sent"}, w.states()); diff != "" {
			t.Error(diff)
		}
		if tried, _ := box.keys(); !slices.Equal(tried, []string{"10m"}) {
			t.Errorf("tried: %q", tried)
		}
	})
}

func TestOutbox_WhatWaitsBehindAnotherExpiresInItsOwnTime(t *testing.T) {
	box := &mailbox{answer: func(context.Context, notify.Message, int) error { return errAway }}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(alarm("first", 72*time.Hour))
		w.raise(upcoming("in an hour", time.Hour, time.Hour))
		after(20 * time.Minute)
		if diff := cmp.Diff(map[string]string{"first": "pending", "in an hour": "expired"}, w.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOutbox_AStopLetsATryEndThatTakesAMoment(t *testing.T) {
	box := &mailbox{answer: func(ctx context.Context, _ notify.Message, _ int) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Second):
			return nil
		}
	}}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		after(time.Second)
		w.stop()
		w.start()
		after(10 * time.Minute)
		if diff := cmp.Diff(map[string]string{"a": "sent"}, w.states()); diff != "" || len(box.all()) != 1 {
			t.Errorf("%d tries; %s", len(box.all()), diff)
		}
	})
}

func TestOutbox_AStopEndsATryAndTheNextStartMakesItAgain(t *testing.T) {
	var hanging atomic.Bool
	hanging.Store(true)
	box := &mailbox{answer: func(ctx context.Context, _ notify.Message, _ int) error {
		if hanging.Load() {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(alarm("a", time.Hour))
		after(time.Second)
		began := time.Now()
		w.stop()
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("the stop took %s", took)
		}
		hanging.Store(false)
		w.start()
		after(time.Second)
		if diff := cmp.Diff(map[string]string{"a": "sent"}, w.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWithdraw_KeepsBackWhatWasNotTold(t *testing.T) {
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(upcoming("24h", 30*time.Hour, 24*time.Hour))
		w.raise(upcoming("1h", 30*time.Hour, time.Hour))
		always := time.Now().Add(1000 * time.Hour)
		withdraw := func() bool {
			t.Helper()
			reached, err := w.outbox.Withdraw(t.Context(), "r-abc234", notify.Upcoming, always)
			if err != nil {
				t.Fatal(err)
			}
			return reached
		}
		after(7 * time.Hour)
		if !withdraw() {
			t.Error("the first was told, and it is said that none was")
		}
		after(40 * time.Hour)
		if diff := cmp.Diff(map[string]string{"24h": "sent", "1h": "withdrawn"}, w.states()); diff != "" {
			t.Error(diff)
		}
		other := upcoming("other", 30*time.Hour, time.Hour)
		other.Run = "r-other2"
		w.raise(other)
		if reached, err := w.outbox.Withdraw(t.Context(), "r-other2", notify.Upcoming, always); err != nil || reached {
			t.Errorf("nobody was told: %v, %v", reached, err)
		}
	})
}

func TestWithdraw_EndsTheTriesOfWhatMayHaveArrived(t *testing.T) {
	box := &mailbox{answer: func(context.Context, notify.Message, int) error { return errAway }}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(upcoming("1h", time.Hour, time.Hour))
		after(10 * time.Second)
		before := len(box.all())
		reached, err := w.outbox.Withdraw(t.Context(), "r-abc234", notify.Upcoming, time.Now().Add(time.Hour))
		if err != nil || !reached {
			t.Errorf("a try may have arrived: %v, %v", reached, err)
		}
		after(10 * time.Minute)
		if len(box.all()) != before || w.states()["1h"] != "withdrawn" {
			t.Errorf("%d tries before, %d after; it is %s", before, len(box.all()), w.states()["1h"])
		}
	})
}

func TestWithdraw_WhatWasRefusedReachedNobody(t *testing.T) {
	box := &mailbox{answer: func(context.Context, notify.Message, int) error { return notify.Permanent(errAway) }}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(upcoming("1h", time.Hour, time.Hour))
		after(time.Second)
		if reached, err := w.outbox.Withdraw(t.Context(), "r-abc234", notify.Upcoming, time.Now().Add(time.Hour)); err != nil || reached {
			t.Errorf("reached %v, %v", reached, err)
		}
	})
}

func TestWithdraw_WhileItIsBeingSent(t *testing.T) {
	box := &mailbox{answer: func(ctx context.Context, _ notify.Message, _ int) error { <-ctx.Done(); return ctx.Err() }}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		w.raise(upcoming("1h", time.Hour, time.Hour))
		after(time.Second)
		if reached, err := w.outbox.Withdraw(t.Context(), "r-abc234", notify.Upcoming, time.Now().Add(time.Hour)); err != nil || !reached {
			t.Errorf("it may have arrived: %v, %v", reached, err)
		}
		w.stop() // the try is cut off, and must not be made again
		w.start()
		after(10 * time.Minute)
		if len(box.all()) != 1 || w.states()["1h"] != "withdrawn" {
			t.Errorf("%d tries; it is %s", len(box.all()), w.states()["1h"])
		}
	})
}
