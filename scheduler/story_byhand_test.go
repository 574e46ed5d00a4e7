package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

func TestSkip_TheNextOpeningPassesAndTheOneAfterDoesNot(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly())
		pass(time.Second)
		o, err := d.SkipWindow(t.Context(), "production", "nightly", alice, "release party")
		if err != nil || o.Key != "2000-01-01T02:00" || o.State != ops.Skipped || o.By != alice {
			t.Fatalf("%+v %v", o, err)
		}
		pass(48 * time.Hour)
		list := d.history(t)
		if len(list) != 2 || list[0].State != ops.Skipped || list[0].Reason != "release party" || list[1].State != ops.Used {
			t.Errorf("%+v", list)
		}
		if len(w.told()) != 0 {
			t.Errorf("%+v", w.told())
		}
	})
}

func TestSkip_Refusals(t *testing.T) {
	tests := []struct {
		name           string
		before         func(*testing.T, *world, *daemon)
		window, reason string
		by             ops.Actor
		say, try       string
	}{
		{name: "no reason", window: "nightly", reason: " ", say: "needs a reason"},
		{name: "not allowed", window: "nightly", reason: "x", by: mallory, say: "may not control"},
		{name: "no such window", window: "weekly", reason: "x", say: `no window "weekly"`, try: "nightly"},
		{
			name: "skipped already", window: "nightly", reason: "x", say: "skipped already, by alice: party",
			before: func(t *testing.T, _ *world, d *daemon) {
				if _, err := d.SkipWindow(t.Context(), "production", "nightly", alice, "party"); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "a run is approved into it", window: "nightly", reason: "x", say: "run r-1 (3.0.0) is scheduled into", try: "abort r-1",
			before: func(t *testing.T, w *world, d *daemon) { w.desk.approved(t, "3.0.0", d.opening(t)) },
		},
		{
			name: "a run is proposed into it", window: "nightly", reason: "x", say: "is proposed into", try: "abort r-1",
			before: func(t *testing.T, w *world, d *daemon) { w.desk.proposed(t, "3.0.0", d.opening(t)) },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				d := w.start(w.nightly(ops.ChoreUpgrade))
				pass(time.Second)
				if test.before != nil {
					test.before(t, w, d)
				}
				by := test.by
				if by.ID == "" {
					by = alice
				}
				_, err := d.SkipWindow(t.Context(), "production", test.window, by, test.reason)
				if r := refusal(t, err); !strings.Contains(r.Why, test.say) || !strings.Contains(strings.Join(r.Try, ";"), test.try) {
					t.Error(r)
				}
			})
		})
	}
}

func TestRunNow_OpensForAsLongAsTheWindowLasts(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreBackup, ops.ChoreVerify))
		w.passUntil("2000-01-01 12:30")
		o, err := d.RunWindow(t.Context(), "production", "nightly", alice, "before the audit")
		if err != nil || o.Key != "now 2000-01-01T12:30" || o.State != ops.OpenNow || o.Closes.Sub(o.Opens) != time.Hour {
			t.Fatalf("%+v %v", o, err)
		}
		pass(20 * time.Minute)
		pass(12 * time.Hour)
		list := d.history(t)
		if len(list) != 2 || list[1].State != ops.Used || list[1].Reason != "before the audit" || list[1].By != alice || len(list[1].Chores) != 2 {
			t.Errorf("%+v", list)
		}
		pass(24 * time.Hour) // it opens by itself as ever
		if list := d.history(t); len(list) != 3 {
			t.Errorf("%+v", list)
		}
	})
}

func TestRunNow_BringsTheApprovedRunForward(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(scheduler.Plan{Windows: []scheduler.Window{w.window("weekly", "0 4 * * SUN", time.Hour, ops.ChoreUpgrade)}})
		pass(time.Second)
		run := w.desk.approved(t, "3.0.0", d.opening(t))
		w.passUntil("2000-01-01 12:00")
		if o, err := d.RunWindow(t.Context(), "production", "weekly", alice, ""); err != nil || o.Run != run.ID {
			t.Fatalf("%+v %v", o, err)
		}
		pass(time.Hour)
		if o := d.only(t); o.State != ops.Used || w.desk.state(t, run.ID).State != ops.Succeeded {
			t.Errorf("%+v", o)
		}
		w.passUntil("2000-01-02 12:00")
		if list := d.history(t); len(list) != 2 || list[1].State != ops.Unused {
			t.Errorf("%+v", list)
		}
	})
}

// A run that is brought forward and cannot begin still has its own opening.
func TestRunNow_ARunThatCannotBeginStaysForItsOpening(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(scheduler.Plan{Windows: []scheduler.Window{w.window("weekly", "0 4 * * SUN", time.Hour, ops.ChoreUpgrade)}})
		pass(time.Second)
		run := w.desk.approved(t, "3.0.0", d.opening(t))
		w.desk.begin = func(run ops.Run) (ops.Run, error) { return run, ops.ErrBusy }
		w.passUntil("2000-01-01 12:00")
		if _, err := d.RunWindow(t.Context(), "production", "weekly", alice, ""); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Hour)
		if o := d.only(t); o.State != ops.Unused || !strings.Contains(o.Reason, "it stays for 2000-01-02 04:00 UTC") {
			t.Errorf("%+v", o)
		}
		if got := w.desk.state(t, run.ID); got.State != ops.Scheduled {
			t.Errorf("the run is %s: %s", got.State, got.Reason)
		}
	})
}

func TestRunNow_Refusals(t *testing.T) {
	tests := []struct {
		name   string
		before func(*testing.T, *world, *daemon)
		at     string
		by     ops.Actor
		say    string
	}{
		{name: "not allowed", at: "12:00", by: mallory, say: "may not control"},
		{name: "it is open", at: "02:05", say: "is open since 2000-01-01 02:00 UTC"},
		{name: "it opens before it would close", at: "01:30", say: "opens by itself at 2000-01-01 02:00 UTC"},
		{
			name: "opened by hand already", at: "12:00", say: "is open since 2000-01-01 12:00 UTC",
			before: func(t *testing.T, _ *world, d *daemon) {
				if _, err := d.RunWindow(t.Context(), "production", "nightly", alice, ""); err != nil {
					t.Fatal(err)
				}
				pass(time.Second)
			},
		},
		{
			name: "opened and closed within this minute", at: "12:00", say: "is failed already",
			before: func(t *testing.T, w *world, d *daemon) {
				w.desk.breaks(ops.ChoreBackup, errTest)
				w.desk.takes[ops.ChoreBackup] = 0
				if _, err := d.RunWindow(t.Context(), "production", "nightly", alice, ""); err != nil {
					t.Fatal(err)
				}
				pass(time.Second)
			},
		},
		{
			name: "the run does not fit", at: "12:00", say: "needs 30m0s with the way back, and window nightly lasts 20m0s",
			before: func(t *testing.T, w *world, d *daemon) {
				w.desk.approved(t, "3.0.0", d.opening(t))
				d.SetPlan(scheduler.Plan{Windows: []scheduler.Window{w.window("nightly", "0 2 * * *", 20*time.Minute, ops.ChoreBackup, ops.ChoreUpgrade)}})
			},
		},
		{
			name: "frozen", at: "12:00", say: "run r-1 (3.0.0) waits for window nightly, and production is frozen until 2000-01-01 18:00 UTC: audit",
			before: func(t *testing.T, w *world, d *daemon) {
				w.desk.approved(t, "3.0.0", d.opening(t))
				if _, err := d.Freeze(t.Context(), ops.Freeze{Environment: "production", Until: w.at("2000-01-01 18:00"), Reason: "audit", By: alice}); err != nil {
					t.Fatal(err)
				}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				d := w.start(w.nightly(ops.ChoreBackup, ops.ChoreUpgrade))
				w.passUntil("2000-01-01 " + test.at)
				if test.before != nil {
					test.before(t, w, d)
				}
				by := test.by
				if by.ID == "" {
					by = alice
				}
				_, err := d.RunWindow(t.Context(), "production", "nightly", by, "")
				if r := refusal(t, err); !strings.Contains(r.Why, test.say) {
					t.Error(r)
				}
			})
		})
	}
}

// Backups go on in a freeze, and so a window may be opened for them.
func TestRunNow_WithoutARunAFreezeDoesNotMatter(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreUpgrade, ops.ChoreBackup)
		plan.Freezes = []scheduler.FrozenTime{{Until: w.at("2000-02-01 00:00"), Reason: "year's end"}}
		d := w.start(plan)
		w.passUntil("2000-01-01 12:00")
		if _, err := d.RunWindow(t.Context(), "production", "nightly", alice, ""); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		if list := d.history(t); len(list) != 2 || list[1].State != ops.Used {
			t.Errorf("%+v", list)
		}
	})
}
