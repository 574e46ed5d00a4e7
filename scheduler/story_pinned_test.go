package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

// pinned opens on Sundays at four, first on 2 January.
func (w *world) pinned(notices ...time.Duration) scheduler.Plan {
	w.t.Helper()
	weekly := w.window("weekly", "0 4 * * SUN", 2*time.Hour, ops.ChoreUpgrade)
	weekly.Target, weekly.Notices = ops.Version{Major: 3}, notices
	return scheduler.Plan{Windows: []scheduler.Window{weekly}}
}

func (d *desk) proposals() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

func TestPinned_IsProposedOnceADayBefore(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.pinned(time.Hour)
		d := w.start(plan)
		w.passUntil("2000-01-01 03:59")
		if n := w.desk.proposals(); n != 0 {
			t.Fatalf("%d proposals", n)
		}
		pass(2 * time.Minute)
		run := w.desk.state(t, "r-1")
		if run.State != ops.Proposed || run.Opening.Key != "2000-01-02T04:00" || run.Request.By != ops.Ktops() || run.Request.Target.String() != "3.0.0" {
			t.Errorf("%+v", run)
		}
		d.stop()
		d = w.start(plan)
		pass(12 * time.Hour)
		w.desk.record(ops.Event{Run: run.ID, Kind: ops.RunApproved, Approval: &ops.Approval{By: alice}})
		w.passUntil("2000-01-02 05:00")
		if o := d.only(t); o.State != ops.Used || o.Run != run.ID || w.desk.proposals() != 1 {
			t.Errorf("%+v after %d proposals", o, w.desk.proposals())
		}
	})
}

func TestPinned_IsProposedBeforeTheFirstNotice(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.setClock(48 * time.Hour) // Monday
		w.start(w.pinned(time.Hour, 72*time.Hour, 24*time.Hour))
		w.passUntil("2000-01-06 03:59")
		if n := w.desk.proposals(); n != 0 {
			t.Errorf("%d proposals", n)
		}
		pass(2 * time.Minute)
		if n := w.desk.proposals(); n != 1 {
			t.Errorf("%d proposals", n)
		}
	})
}

func TestPinned_WhatPeopleSaidNoToIsNotProposedAgain(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.pinned())
		w.passUntil("2000-01-01 05:00")
		w.desk.record(ops.Event{Run: "r-1", Kind: ops.RunRejected, Actor: alice, Reason: "not this week"})
		w.passUntil("2000-01-02 07:00")
		if o := d.only(t); o.State != ops.Unused || w.desk.proposals() != 1 {
			t.Errorf("%+v after %d proposals", o, w.desk.proposals())
		}
		w.passUntil("2000-01-08 05:00") // the next opening is another matter
		if n := w.desk.proposals(); n != 2 {
			t.Errorf("%d proposals", n)
		}
	})
}

func TestPinned_ARefusalIsToldAndTriedAgainByTheHour(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.pinned()
		d := w.start(plan)
		w.desk.refusal = ops.Refuse("production runs 3.0.0 already")
		w.passUntil("2000-01-01 14:10")
		if n := w.desk.proposals(); n < 9 || n > 11 {
			t.Errorf("%d proposals in ten hours", n)
		}
		d.stop()
		d = w.start(plan)
		pass(time.Minute)
		if n := w.desk.proposals(); n > 12 { // a restart is an occasion
			t.Errorf("%d proposals", n)
		}
		w.passUntil("2000-01-02 07:00")
		if o := d.only(t); o.State != ops.Unused || !strings.Contains(o.Reason, "3.0.0 was refused: production runs 3.0.0 already") || len(w.told()) != 0 {
			t.Errorf("%+v, told %+v", o, w.told())
		}
	})
}

func TestPinned_ARefusalThatIsPutRightIsProposed(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.start(w.pinned())
		w.desk.refusal = ops.Refuse("staging has not run it for 24h")
		w.passUntil("2000-01-01 12:00")
		w.desk.mu.Lock()
		w.desk.refusal = nil
		w.desk.mu.Unlock()
		pass(2 * time.Hour)
		if run := w.desk.state(t, "r-1"); run.State != ops.Proposed {
			t.Errorf("%+v", run)
		}
	})
}

func TestPinned_NotWhere(t *testing.T) {
	tests := map[string]func(*testing.T, *world, *daemon){
		"the opening is skipped": func(t *testing.T, _ *world, d *daemon) {
			if _, err := d.SkipWindow(t.Context(), "production", "weekly", alice, "holidays"); err != nil {
				t.Fatal(err)
			}
		},
		"a run has the opening": func(t *testing.T, w *world, d *daemon) { w.desk.approved(t, "2.9.0", d.opening(t)) },
		"a run to it is under way": func(t *testing.T, w *world, d *daemon) {
			opening := d.opening(t)
			opening.Window, opening.Key = "another", "2000-01-05T02:00"
			w.desk.proposed(t, "3.0.0", opening)
		},
	}
	for name, before := range tests {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				d := w.start(w.pinned())
				pass(time.Minute)
				before(t, w, d)
				w.passUntil("2000-01-02 03:00")
				if n := w.desk.proposals(); n != 0 {
					t.Errorf("%d proposals", n)
				}
			})
		})
	}
}

func TestPinned_ReplicasProposeOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.pinned()
		w.start(plan)
		w.start(plan)
		w.start(plan)
		w.passUntil("2000-01-02 03:00")
		if n := w.desk.proposals(); n != 1 {
			t.Errorf("%d proposals", n)
		}
	})
}

// A proposer that was killed at it is followed by another after a while.
func TestPinned_AProposalThatWasBegunIsTakenUp(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.pinned()
		d := w.start(plan)
		_, err := d.db.ExecContext(t.Context(), `INSERT INTO window_proposals (environment, name, key, target, owner) VALUES ('production', 'weekly', '2000-01-02T04:00', '3.0.0', 'gone')`)
		if err != nil {
			t.Fatal(err)
		}
		w.passUntil("2000-01-01 04:05")
		if n := w.desk.proposals(); n != 0 {
			t.Errorf("%d proposals", n)
		}
		pass(20 * time.Minute)
		if n := w.desk.proposals(); n != 1 {
			t.Errorf("%d proposals", n)
		}
	})
}
