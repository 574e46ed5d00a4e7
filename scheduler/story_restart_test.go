package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestRestart_GoesOnWithTheChoreItWasIn(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreBackup, ops.ChoreDrill, ops.ChoreVerify)
		first := w.start(plan)
		w.passUntil("2000-01-01 02:12") // in the drill
		first.stop()
		second := w.start(w.nightly(ops.ChoreVerify)) // it began with other chores
		pass(time.Second)
		pass(30 * time.Minute)
		o := second.only(t)
		if o.State != ops.Used || len(o.Chores) != 3 || o.Began != w.at("2000-01-01 02:00") {
			t.Errorf("%+v", o)
		}
		want := []deed{
			{ops.ChoreBackup, w.at("2000-01-01 02:00")}, {ops.ChoreDrill, w.at("2000-01-01 02:12")}, {ops.ChoreVerify, w.at("2000-01-01 02:27")},
		}
		if got := w.desk.done(); !slices.Equal(got, want) {
			t.Errorf("%v, not %v", got, want)
		}
		if told := w.told(); len(told) != 0 {
			t.Errorf("%+v", told)
		}
	})
}

func TestRestart_AVerificationThatWasBrokenOffFoundNothing(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreVerify)
		first := w.start(plan)
		w.passUntil("2000-01-01 02:00")
		pass(30 * time.Second)
		first.stop()
		second := w.start(plan)
		pass(time.Second)
		pass(2 * time.Minute)
		if o := second.only(t); o.State != ops.Used || len(w.told()) != 0 {
			t.Errorf("%+v, told %+v", o, w.told())
		}
	})
}

func TestRestart_WhatIsDoneWhileTheDaemonEndsIsKept(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		first := w.start(plan)
		w.desk.onDone = func() { first.cancel() }
		w.passUntil("2000-01-01 02:11")
		first.stop()
		second := w.start(plan)
		w.passUntil("2000-01-01 03:00")
		if o := second.only(t); o.State != ops.Used || w.desk.times(ops.ChoreBackup) != 1 {
			t.Errorf("%+v after %v", o, w.desk.done())
		}
	})
}

func TestRestart_AfterAKillAnotherGoesOnWithinAMinute(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreBackup, ops.ChoreDrill)
		first := w.start(plan)
		w.passUntil("2000-01-01 02:12")
		first.kill()
		second := w.start(plan)
		pass(time.Minute + 15*time.Minute)
		if o := second.only(t); o.State != ops.Used || w.desk.times(ops.ChoreBackup) != 1 || w.desk.times(ops.ChoreDrill) != 1 {
			t.Errorf("%+v after %v", o, w.desk.done())
		}
	})
}

func TestRestart_AKilledUpgradeIsBegunOnce(t *testing.T) {
	kills := map[string]time.Duration{"before it began": -time.Minute, "while it ran": 5 * time.Minute, "when it was over": 25 * time.Minute}
	for name, after := range kills {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				plan := w.nightly(ops.ChoreUpgrade, ops.ChoreVerify)
				first := w.start(plan)
				pass(time.Second)
				run := w.desk.approved(t, "3.0.0", first.opening(t))
				pass(w.at("2000-01-01 02:00").Add(after).Sub(w.now()))
				first.kill()
				second := w.start(plan)
				w.passUntil("2000-01-01 03:00")
				o := second.only(t)
				if o.State != ops.Used || o.Run != run.ID || w.desk.times(ops.ChoreUpgrade) != 1 {
					t.Errorf("%+v after %v", o, w.desk.done())
				}
			})
		})
	}
}

// Whatever is written last before the end, a window goes on from there.
func TestRestart_KilledAtAnySecondEveryChoreIsDoneAndKeptOnce(t *testing.T) {
	step := 7 * time.Second
	if testing.Short() {
		step = 61 * time.Second
	}
	for after := time.Duration(0); after < 12*time.Minute; after += step {
		story(t, func(t *testing.T, w *world) {
			w.desk.takes[ops.ChoreBackup], w.desk.takes[ops.ChoreDrill] = 3*time.Minute, 4*time.Minute
			plan := w.nightly(ops.ChoreBackup, ops.ChoreDrill, ops.ChoreVerify)
			first := w.start(plan)
			pass(2*time.Hour + after)
			first.kill()
			second := w.start(plan)
			pass(50 * time.Minute)
			o := second.only(t)
			if o.State != ops.Used || len(o.Chores) != 3 || len(w.desk.done()) != 3 {
				t.Errorf("killed after %s: %+v after %v", after, o, w.desk.done())
			}
		})
	}
}
