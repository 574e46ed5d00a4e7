package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

func TestMissed_ThreeDaysAreToldOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		first := w.start(plan)
		pass(12 * time.Hour)
		first.stop()
		pass(72 * time.Hour)
		second := w.start(plan)
		pass(time.Minute)
		list := second.history(t)
		if len(list) != 4 {
			t.Fatalf("%+v", list)
		}
		for i, key := range []string{"2000-01-02T02:00", "2000-01-03T02:00", "2000-01-04T02:00"} {
			if o := list[i+1]; o.State != ops.PassedUnmet || o.Key != key || !strings.Contains(o.Reason, "ktops did not run") {
				t.Errorf("%+v", o)
			}
		}
		told := w.told()
		if len(told) != 1 || told[0].Key != "2000-01-04T02:00" || !strings.Contains(told[0].Reason, "the 2 before") {
			t.Errorf("%+v", told)
		}
		pass(12 * time.Hour)
		second.stop()
		third := w.start(plan)
		pass(24 * time.Hour)
		if len(w.told()) != 1 || len(third.history(t)) != 5 {
			t.Errorf("%+v, %+v", w.told(), third.history(t))
		}
	})
}

// A year of hourly openings is not written down one by one.
func TestMissed_ALongTimeIsKeptInShort(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := scheduler.Plan{Windows: []scheduler.Window{w.window("hourly", "0 * * * *", 10*time.Minute, ops.ChoreVerify)}}
		first := w.start(plan)
		pass(90 * time.Minute)
		first.stop()
		w.setClock(1000 * 24 * time.Hour)
		second := w.start(plan)
		pass(time.Second)
		list, told := second.history(t), w.told()
		if len(list) != 11 || len(told) != 1 || !strings.Contains(told[0].Reason, "the 9599 before") {
			t.Errorf("%d are kept, %+v told", len(list), told)
		}
	})
}

func TestMissed_WhatWasSkippedIsNotMissed(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		first := w.start(plan)
		pass(12 * time.Hour)
		if _, err := first.SkipWindow(t.Context(), "production", "nightly", alice, "moving house"); err != nil {
			t.Fatal(err)
		}
		first.stop()
		w.passUntil("2000-01-03 12:00")
		second := w.start(plan)
		pass(time.Second)
		told := w.told()
		if len(told) != 1 || told[0].Key != "2000-01-03T02:00" || strings.Contains(told[0].Reason, "before") {
			t.Errorf("%+v", told)
		}
		if o := second.history(t)[1]; o.State != ops.Skipped {
			t.Errorf("%+v", o)
		}
	})
}

// An upgrade window that nothing was approved into misses nothing.
func TestMissed_NobodyIsToldWhereNothingWasToBeDone(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreUpgrade)
		first := w.start(plan)
		pass(time.Second)
		first.stop()
		w.passUntil("2000-01-01 12:00")
		second := w.start(plan)
		pass(time.Second)
		if o := second.only(t); o.State != ops.PassedUnmet || len(w.told()) != 0 {
			t.Errorf("%+v, told %+v", o, w.told())
		}
	})
}

// The window lasts from two to three; a backup took 20 minutes the night before.
func TestLate_BeginsOnlyIfTheRestIsEnough(t *testing.T) {
	tests := []struct {
		name   string
		does   []ops.Chore
		start  string
		state  ops.OccurrenceState
		chores int
		say    string
	}{
		{"enough is left", []ops.Chore{ops.ChoreBackup}, "02:39", ops.Used, 1, ""},
		{"too little is left", []ops.Chore{ops.ChoreBackup}, "02:41", ops.PassedUnmet, 0, "19m0s"},
		{"over", []ops.Chore{ops.ChoreBackup}, "03:10", ops.PassedUnmet, 0, "did not run"},
		{"only the short one fits", []ops.Chore{ops.ChoreBackup, ops.ChoreVerify}, "02:50", ops.BrokeDown, 2, "backup: left out: it takes about 20m0s, and 10m0s were left"},
		{"the second one no more", []ops.Chore{ops.ChoreBackup, ops.ChoreDrill}, "02:30", ops.BrokeDown, 2, "drill: left out: it takes about 15m0s"},
		{"no upgrade", []ops.Chore{ops.ChoreUpgrade}, "02:50", ops.Unused, 1, "no upgrade was approved"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.desk.takes[ops.ChoreBackup] = 20 * time.Minute
				plan := w.nightly(test.does...)
				first := w.start(plan)
				w.passUntil("2000-01-01 12:00")
				first.stop()
				w.passUntil("2000-01-02 " + test.start)
				second := w.start(plan)
				pass(time.Second)
				pass(45 * time.Minute)
				list := second.history(t)
				o := list[len(list)-1]
				if o.Key != "2000-01-02T02:00" || o.State != test.state || len(o.Chores) != test.chores || !strings.Contains(o.Reason, test.say) {
					t.Errorf("%+v", o)
				}
				if announced := test.state == ops.PassedUnmet || test.state == ops.BrokeDown; announced != (len(w.told()) == 1) {
					t.Errorf("told %+v", w.told())
				}
			})
		})
	}
}

// Whether an upgrade still fits is known from its plan: it needs half an hour.
func TestLate_AnUpgradeBeginsByItsLatestSafeStart(t *testing.T) {
	for start, want := range map[string]ops.State{"02:29": ops.Succeeded, "02:31": ops.Missed, "03:10": ops.Missed} {
		t.Run(start, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				plan := w.nightly(ops.ChoreUpgrade)
				first := w.start(plan)
				pass(time.Second)
				run := w.desk.approved(t, "3.0.0", first.opening(t))
				first.stop()
				w.passUntil("2000-01-01 " + start)
				second := w.start(plan)
				pass(time.Second)
				pass(25 * time.Minute)
				if got := w.desk.state(t, run.ID); got.State != want {
					t.Errorf("the run is %s: %s", got.State, got.Reason)
				}
				if o := second.only(t); o.Run != run.ID || len(w.told()) != 0 { // the run tells by itself
					t.Errorf("%+v, told %+v", o, w.told())
				}
			})
		})
	}
}
