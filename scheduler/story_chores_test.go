package scheduler_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

var errTest = errors.New("dump the database: disk is full; make room in /var/backups")

func TestChores_InOrderOneAfterTheOther(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreDrill, ops.ChoreBackup, ops.ChoreVerify))
		w.passUntil("2000-01-01 03:00")
		o := d.only(t)
		if o.State != ops.Used || o.Ended != w.at("2000-01-01 02:26") {
			t.Errorf("%+v", o)
		}
		facts := []string{"40 tables, 1000 rows", "manual-20000101.kt was taken and read back", "all 0 checks passed"}
		for i, took := range []time.Duration{15 * time.Minute, 10 * time.Minute, time.Minute} {
			if c := o.Chores[i]; c.Level != ops.Pass || c.Took != took || !strings.Contains(c.Fact, facts[i]) {
				t.Errorf("%+v", c)
			}
		}
	})
}

func TestChores_OneThatFailsDoesNotKeepTheNextFromBeingDone(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreBackup, ops.ChoreVerify))
		w.desk.breaks(ops.ChoreBackup, errTest)
		w.passUntil("2000-01-01 03:00")
		o := d.only(t)
		if o.State != ops.BrokeDown || o.Reason != "backup: "+errTest.Error() || o.Chores[1].Level != ops.Pass {
			t.Errorf("%+v", o)
		}
		if told := w.told(); len(told) != 1 || told[0].Key != o.Key {
			t.Errorf("%+v", told)
		}
	})
}

func TestChores_AVerificationThatFailsIsTold(t *testing.T) {
	for level, state := range map[ops.Level]ops.OccurrenceState{ops.Fail: ops.BrokeDown, ops.Warn: ops.Used} {
		t.Run(string(level), func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.desk.report = ops.Report{Checks: []ops.Finding{{Check: "api", Level: ops.Pass}, {Check: "gateway", Level: level, Fact: "does not answer"}}}
				d := w.start(w.nightly(ops.ChoreVerify))
				w.passUntil("2000-01-01 03:00")
				if o := d.only(t); o.State != state || o.Chores[0].Fact != "gateway: does not answer" || (len(w.told()) == 1) != (state == ops.BrokeDown) {
					t.Errorf("%+v, told %+v", o, w.told())
				}
			})
		})
	}
}

func TestChores_SomebodyInTheWayIsWaitedForWhileTheWindowIsOpen(t *testing.T) {
	for until, want := range map[string]string{"02:40": "", "03:30": "backup: left out: run r-9 is going on"} {
		t.Run(until, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				d := w.start(w.nightly())
				w.desk.breaks(ops.ChoreBackup, &ops.Refusal{Why: "run r-9 is going on", Cause: ops.ErrHeld})
				w.passUntil("2000-01-01 " + until)
				w.desk.breaks(ops.ChoreBackup, nil)
				w.passUntil("2000-01-01 04:00")
				o := d.only(t)
				if o.Reason != want || w.desk.times(ops.ChoreBackup) != map[bool]int{true: 1}[want == ""] {
					t.Errorf("%+v after %v", o, w.desk.done())
				}
			})
		})
	}
}

func TestChores_NothingBeginsOnceTheWindowHasClosed(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.desk.takes[ops.ChoreBackup] = 70 * time.Minute
		d := w.start(w.nightly(ops.ChoreBackup, ops.ChoreVerify))
		w.passUntil("2000-01-01 04:00")
		o := d.only(t)
		if o.State != ops.BrokeDown || o.Chores[0].Level != ops.Pass || o.Reason != "verify: left out: the window had closed" {
			t.Errorf("%+v", o)
		}
		if w.desk.times(ops.ChoreVerify) != 0 {
			t.Error("it was verified")
		}
	})
}

func TestChores_WorkGoesOnWhileTheScheduleIsTakenAway(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreBackup, ops.ChoreVerify))
		w.passUntil("2000-01-01 02:05")
		plan := w.nightly()
		plan.Windows = nil
		d.SetPlan(plan)
		w.passUntil("2000-01-01 03:00")
		if o := d.only(t); o.State != ops.Used || len(o.Chores) != 2 {
			t.Errorf("%+v", o)
		}
	})
}
