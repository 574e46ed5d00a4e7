package scheduler_test

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

func TestReplicas_OneOpensEachWindow(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		plan.Windows = append(plan.Windows, w.window("weekly", "0 4 * * SUN", time.Hour, ops.ChoreDrill))
		d := w.start(plan)
		w.start(plan)
		w.start(plan)
		pass(4 * 24 * time.Hour)
		if backups, drills := w.desk.times(ops.ChoreBackup), w.desk.times(ops.ChoreDrill); backups != 4 || drills != 1 {
			t.Errorf("%d backups and %d drills in four days", backups, drills)
		}
		for _, o := range d.history(t) {
			if o.State != ops.Used {
				t.Errorf("%+v", o)
			}
		}
	})
}

func TestReplicas_TheOtherGoesOnWhenOneIsKilled(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		one, other := w.start(plan), w.start(plan)
		w.passUntil("2000-01-01 02:03")
		one.kill() // it may be the one that works or not
		w.passUntil("2000-01-01 02:45")
		if o := other.only(t); o.State != ops.Used || w.desk.times(ops.ChoreBackup) != 1 {
			t.Errorf("%+v after %v", o, w.desk.done())
		}
	})
}

// A scheduler that slept while another took its window over stops its work.
func TestReplicas_WhoLostAWindowWorksInItNoMore(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreBackup, ops.ChoreDrill)
		asleep := w.start(plan)
		w.passUntil("2000-01-01 02:01")
		_, err := asleep.db.ExecContext(t.Context(), `UPDATE window_occurrences SET owner = 'another', beat = beat + 1`)
		if err != nil {
			t.Fatal(err)
		}
		pass(6 * time.Second)
		if o := asleep.only(t); o.State != ops.OpenNow || len(w.desk.done()) != 0 || w.desk.halves != 1 {
			t.Errorf("%+v, %d chores broken off", o, w.desk.halves)
		}
		pass(40 * time.Minute) // the other gives no sign of life
		if o := asleep.only(t); o.State != ops.Used || len(w.desk.done()) != 2 {
			t.Errorf("%+v", o)
		}
	})
}

func TestReplicas_RaceForTheSameOpening(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		w.passUntil("2000-01-01 01:59")
		for range 6 {
			w.start(plan)
		}
		w.passUntil("2000-01-01 02:30")
		if n := w.desk.times(ops.ChoreBackup); n != 1 {
			t.Errorf("%d backups", n)
		}
	})
}

func TestReplicas_SkipAndRunNowAreSeenByAll(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		one, other := w.start(plan), w.start(scheduler.Plan{Windows: plan.Windows})
		pass(time.Second)
		if _, err := one.SkipWindow(t.Context(), "production", "nightly", alice, "release party"); err != nil {
			t.Fatal(err)
		}
		if _, err := other.SkipWindow(t.Context(), "production", "nightly", alice, "too"); err == nil {
			t.Error("it was skipped twice")
		}
		w.passUntil("2000-01-01 03:00")
		if n := w.desk.times(ops.ChoreBackup); n != 0 {
			t.Errorf("%d backups", n)
		}
	})
}
