package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestClock_SetBackAnHourOpensNothingTwice(t *testing.T) {
	for at, open := range map[string]bool{"02:05": true, "02:40": false} {
		t.Run(at, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				d := w.start(w.nightly())
				w.passUntil("2000-01-01 " + at)
				if o := d.only(t); (o.State == ops.OpenNow) != open {
					t.Fatalf("%+v", o)
				}
				w.setClock(-time.Hour)
				pass(20 * time.Hour)
				if o := d.only(t); o.State != ops.Used || w.desk.times(ops.ChoreBackup) != 1 {
					t.Errorf("%+v after %v", o, w.desk.done())
				}
				pass(6 * time.Hour)
				if n := w.desk.times(ops.ChoreBackup); n != 2 {
					t.Errorf("%d backups by the next night", n)
				}
			})
		})
	}
}

// A machine without a clock of its own begins in some other year.
func TestClock_ThatWasFarAheadDoesNotStopTheWindows(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.setClock(4000 * 24 * time.Hour)
		d := w.start(w.nightly())
		pass(time.Minute)
		w.setClock(-4000 * 24 * time.Hour)
		pass(24 * time.Hour)
		if o := d.only(t); o.Key != "2000-01-01T02:00" || o.State != ops.Used {
			t.Errorf("%+v", o)
		}
	})
}

func TestClock_ThatWasFarBehindMissesWhatPassed(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly())
		pass(time.Minute)
		w.setClock(10*24*time.Hour + 12*time.Hour)
		pass(time.Minute)
		if list := d.history(t); len(list) != 10 || len(w.told()) != 1 {
			t.Errorf("%+v", list)
		}
		pass(24 * time.Hour)
		if n := w.desk.times(ops.ChoreBackup); n != 1 {
			t.Errorf("%d backups", n)
		}
	})
}

// Timers stand still while a machine sleeps, and so does the monotonic clock.
func TestSuspend_OverAnOpeningIsMissedAndTold(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly())
		pass(time.Hour)
		w.setClock(10 * time.Hour)
		pass(21 * time.Second) // the longest that the clock is not looked at
		if o := d.only(t); o.State != ops.PassedUnmet || len(w.told()) != 1 {
			t.Errorf("%+v, told %+v", o, w.told())
		}
	})
}

func TestSuspend_ShortOverAnOpeningBeginsLate(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly())
		pass(time.Hour + 30*time.Minute)
		w.setClock(40 * time.Minute)
		pass(30 * time.Minute)
		if o := d.only(t); o.State != ops.Used || o.Began.Before(w.at("2000-01-01 02:10")) {
			t.Errorf("%+v", o)
		}
	})
}

// What is not begun when it wakes up after the window had closed is left out.
func TestSuspend_InsideAWindowLeavesOutTheRest(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreBackup, ops.ChoreDrill))
		w.passUntil("2000-01-01 02:05")
		w.setClock(10 * time.Hour)
		pass(10 * time.Minute)
		o := d.only(t)
		if o.State != ops.BrokeDown || o.Chores[0].Level != ops.Pass || !strings.Contains(o.Reason, "drill: left out: the window had closed") {
			t.Errorf("%+v", o)
		}
		if len(w.told()) != 1 || w.desk.times(ops.ChoreDrill) != 0 {
			t.Errorf("told %+v after %v", w.told(), w.desk.done())
		}
	})
}
