package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

// upgrades runs a story with a run that is approved into the first opening.
func upgrades(t *testing.T, tell func(t *testing.T, w *world, d *daemon, run ops.Run), does ...ops.Chore) {
	t.Helper()
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(append([]ops.Chore{ops.ChoreUpgrade}, does...)...))
		pass(time.Second)
		tell(t, w, d, w.desk.approved(t, "3.0.0", d.opening(t)))
	})
}

func TestUpgrade_BeginsAtTheOpeningAndTheRestFollowsIt(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		w.desk.takes[ops.ChoreUpgrade] = 20*time.Minute + 3*time.Second
		w.passUntil("2000-01-01 02:05")
		if o := d.only(t); o.State != ops.OpenNow || o.Run != run.ID {
			t.Errorf("%+v", o)
		}
		w.passUntil("2000-01-01 03:00")
		o := d.only(t)
		if o.State != ops.Used || len(o.Chores) != 2 || o.Chores[0].Fact != "run r-1 to 3.0.0 succeeded in 20m3s" || o.Chores[0].Took != 20*time.Minute+3*time.Second {
			t.Errorf("%+v", o)
		}
		if done := w.desk.done(); len(done) != 2 || done[0].At != w.at("2000-01-01 02:00") || done[1].At != w.at("2000-01-01 02:20").Add(3*time.Second) {
			t.Errorf("%v", done)
		}
	}, ops.ChoreVerify)
}

func TestUpgrade_WithoutARunTheOpeningPassesUnused(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreUpgrade))
		w.passUntil("2000-01-01 03:00")
		if o := d.only(t); o.State != ops.Unused || o.Reason != "upgrade: no upgrade was approved into this opening" || len(w.told()) != 0 {
			t.Errorf("%+v, told %+v", o, w.told())
		}
	})
}

// drifts has the next Begin void the run and ask again.
func drifts(w *world) {
	w.desk.begin = func(run ops.Run) (ops.Run, error) {
		w.desk.mu.Lock()
		w.desk.begin = nil
		w.desk.mu.Unlock()
		w.desk.record(ops.Event{Run: run.ID, Kind: ops.RunVoid, Reason: "the gateway's image is another one"})
		req := run.Request
		req.Replaces = run.ID
		return w.desk.record(ops.Event{Kind: ops.RunProposed, Request: &req, Plan: plan(req)}), nil
	}
}

func TestDrift_IsAskedAgainAndPassesUnusedWithoutAnAnswer(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		drifts(w)
		w.passUntil("2000-01-01 02:29")
		again := w.desk.state(t, "r-2")
		if o := d.only(t); again.State != ops.Proposed || again.Request.Replaces != run.ID || o.State != ops.OpenNow || o.Run != again.ID {
			t.Fatalf("the new run is %s, %+v", again.State, o)
		}
		pass(90 * time.Second) // at half past two it would still have fitted
		if again = w.desk.state(t, "r-2"); again.State != ops.Missed || !strings.Contains(again.Reason, "nobody approved it until the last moment") {
			t.Errorf("%s: %s", again.State, again.Reason)
		}
		if o := d.only(t); o.State != ops.Unused || !strings.Contains(o.Reason, "nobody approved") || w.desk.times(ops.ChoreUpgrade) != 0 {
			t.Errorf("%+v", o)
		}
	})
}

func TestDrift_ThatIsApprovedInTimeRuns(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, _ ops.Run) {
		drifts(w)
		w.passUntil("2000-01-01 02:20")
		w.desk.record(ops.Event{Run: "r-2", Kind: ops.RunApproved, Approval: &ops.Approval{By: alice}})
		pass(time.Minute)
		pass(30 * time.Minute)
		if o := d.only(t); o.State != ops.Used || o.Run != "r-2" || w.desk.times(ops.ChoreUpgrade) != 1 {
			t.Errorf("%+v", o)
		}
	})
}

// The process ends after the domain had asked again and before that was kept.
func TestDrift_ARestartFindsTheRunThatIsAskedForInPlace(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		w.passUntil("2000-01-01 01:59")
		d.stop()
		d = w.start(w.nightly(ops.ChoreUpgrade))
		w.desk.begin = func(run ops.Run) (ops.Run, error) { return run, errTest }
		w.passUntil("2000-01-01 02:05")
		d.kill()
		drifts(w)
		if _, err := w.desk.Begin(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		d = w.start(w.nightly(ops.ChoreUpgrade))
		pass(time.Minute)
		if o := d.only(t); o.Run != "r-2" || o.State != ops.OpenNow {
			t.Errorf("%+v", o)
		}
	})
}

func TestUpgrade_SomebodyInTheWayIsWaitedForWhileTheWindowIsOpen(t *testing.T) {
	for until, want := range map[string]ops.State{"02:10": ops.Succeeded, "03:30": ops.Missed} {
		t.Run(until, func(t *testing.T) {
			upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
				w.desk.begin = func(run ops.Run) (ops.Run, error) { return run, ops.ErrBusy }
				w.passUntil("2000-01-01 " + until)
				w.desk.mu.Lock()
				w.desk.begin = nil
				w.desk.mu.Unlock()
				w.passUntil("2000-01-01 04:00")
				got := w.desk.state(t, run.ID)
				if got.State != want {
					t.Errorf("the run is %s: %s", got.State, got.Reason)
				}
				if want == ops.Missed && (!strings.Contains(got.Reason, "closed before it could begin: another run is open") || d.only(t).State != ops.Unused) {
					t.Errorf("%s; %+v", got.Reason, d.only(t))
				}
			})
		})
	}
}

func TestUpgrade_HowItEndsIsWhatTheWindowBecomes(t *testing.T) {
	tests := []struct {
		name  string
		end   ops.Event
		state ops.OccurrenceState
		say   string
	}{
		{"rolled back", ops.Event{Kind: ops.RunRolledBack, Reason: "gateway did not become healthy"}, ops.BrokeDown, "was rolled back in 10m0s: gateway did not become healthy"},
		{"failed", ops.Event{Kind: ops.RunFailed, Reason: "restore failed"}, ops.BrokeDown, "failed in 10m0s"},
		{"aborted", ops.Event{Kind: ops.RunAborted, Reason: "not tonight"}, ops.BrokeDown, "was aborted"},
		{"held until it closed", ops.Event{Kind: ops.RunHeld, Reason: "migration failed"}, ops.BrokeDown, "run r-1 (3.0.0) is held: migration failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
				w.desk.takes[ops.ChoreUpgrade] = 3 * time.Hour
				w.passUntil("2000-01-01 02:10")
				test.end.Run = run.ID
				w.desk.record(test.end)
				pass(51 * time.Minute)
				if o := d.only(t); o.State != test.state || !strings.Contains(o.Reason, test.say) || len(w.told()) != 0 { // the run tells by itself
					t.Errorf("%+v, told %+v", o, w.told())
				}
			})
		})
	}
}

func TestUpgrade_ThatOverrunsIsWaitedForAndTheRestLeftOut(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		w.desk.takes[ops.ChoreUpgrade] = 80 * time.Minute
		w.passUntil("2000-01-01 04:00")
		o := d.only(t)
		if o.Chores[0].Level != ops.Pass || o.State != ops.BrokeDown || o.Reason != "backup: left out: the window had closed" || len(w.told()) != 1 {
			t.Errorf("%+v", o)
		}
	}, ops.ChoreBackup)
}

func TestUpgrade_ThatIsRejectedBeforeTheOpeningLeavesItUnused(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		w.desk.record(ops.Event{Run: run.ID, Kind: ops.RunAborted, Actor: alice, Reason: "not this week"})
		w.passUntil("2000-01-01 03:00")
		if o := d.only(t); o.State != ops.Unused || o.Run != "" {
			t.Errorf("%+v", o)
		}
	})
}

func TestSweep_ARunWhoseWindowIsGonePassesUnused(t *testing.T) {
	tests := []struct {
		name string
		plan func(*world) scheduler.Plan
		say  string
	}{
		{"removed", func(*world) scheduler.Plan { return scheduler.Plan{} }, "window nightly is not configured any more"},
		{"moved", func(w *world) scheduler.Plan {
			return scheduler.Plan{Windows: []scheduler.Window{w.window("nightly", "0 5 * * *", time.Hour, ops.ChoreUpgrade)}}
		}, "window nightly did not open then; it is defined as 0 5 * * * UTC now"},
		{"no longer for upgrades", func(w *world) scheduler.Plan { return w.nightly(ops.ChoreBackup) }, "what is done in window nightly was done already"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
				d.SetPlan(test.plan(w))
				w.passUntil("2000-01-01 01:59")
				if got := w.desk.state(t, run.ID); got.State != ops.Scheduled {
					t.Fatalf("the run is %s", got.State)
				}
				pass(20 * time.Minute)
				if got := w.desk.state(t, run.ID); got.State != ops.Missed || !strings.Contains(got.Reason, test.say) {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
			})
		})
	}
}

func TestSweep_ARunThatIsApprovedTooLatePassesUnused(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreUpgrade))
		pass(time.Second)
		opening := d.opening(t)
		w.passUntil("2000-01-01 02:00")
		pass(time.Second)
		run := w.desk.approved(t, "3.0.0", opening)
		pass(10 * time.Minute)
		if got := w.desk.state(t, run.ID); got.State != ops.Missed || !strings.Contains(got.Reason, "was done already when it was approved") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

// The definition was written otherwise while the daemon did not run: openings of the
// past are not opened then, and the run must not wait for ever.
func TestSweep_ARunWaitsUntilItsOpeningIsOverAtMost(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		d.stop()
		w.passUntil("2000-01-01 02:10")
		w.start(scheduler.Plan{Windows: []scheduler.Window{w.window("nightly", "0 2 * * 0-6", time.Hour, ops.ChoreUpgrade)}})
		w.passUntil("2000-01-01 02:50")
		if got := w.desk.state(t, run.ID); got.State != ops.Scheduled {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		w.passUntil("2000-01-01 03:10")
		if got := w.desk.state(t, run.ID); got.State != ops.Missed || !strings.Contains(got.Reason, "did not open then") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}
