package ops_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// closing is a maintenance of an hour, approved.
func closing(t *testing.T, o *ops.Operator) ops.Run {
	t.Helper()
	run, err := o.Propose(t.Context(), ops.Request{
		Environment: "production", By: alice, Reason: "new certificates", Maintenance: &ops.Maintenance{For: time.Hour},
	})
	if err == nil {
		run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
	}
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func isClosed(run ops.Run) bool { _, closed := run.EdgeClosed(); return closed }

func TestMaintenance_OpensByItselfWhenItsTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := closing(t, o)
		defer serve(t, o)()
		time.Sleep(59 * time.Minute)
		now, err := o.Run(t.Context(), run.ID)
		c := d.door.closure()
		if err != nil || c == nil || c.Doing != "new certificates" || time.Until(now.ReopensAt()) > 2*time.Minute {
			t.Fatalf("%+v until %s, %v", c, now.ReopensAt(), err)
		}
		time.Sleep(2 * time.Minute)
		got := until(t, o, run.ID, ended)
		if got.State != ops.Succeeded || got.ClosedFor(time.Now()).Round(time.Minute) != time.Hour {
			t.Errorf("%s, closed for %s", got.State, got.ClosedFor(time.Now()))
		}
		d.open(t)
	})
}

func TestMaintenance_EndsWhenAPersonSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := closing(t, o)
		defer serve(t, o)()
		until(t, o, run.ID, isClosed)
		_, err := o.Reopen(t.Context(), "production", mallory, "")
		refusal(t, err)
		if _, err := o.Reopen(t.Context(), "production", alice, "done early"); err != nil {
			t.Fatal(err)
		}
		if got := until(t, o, run.ID, ended); got.State != ops.Succeeded {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
		_, err = o.Reopen(t.Context(), "production", alice, "")
		refusal(t, err)
	})
}

func TestMaintenance_NeedsNothingButTheEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		env := d.environment(onePerson())
		env.Platform, env.Database = nil, nil // would panic if anybody asked them
		o := newOperator(m, m, env)
		run := closing(t, o)
		defer serve(t, o)()
		until(t, o, run.ID, isClosed)
		if _, err := o.Abort(t.Context(), run.ID, bob, ""); err != nil {
			t.Fatal(err)
		}
		if got := until(t, o, run.ID, ended); got.State != ops.RolledBack {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
	})
}

func TestMaintenance_DeathKeepsItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		first := newOperator(m, m, d.environment(onePerson()))
		run := closing(t, first)
		stop := serve(t, first)
		until(t, first, run.ID, isClosed)
		began, _ := first.Run(t.Context(), run.ID)
		time.Sleep(20 * time.Minute)
		stop()
		time.Sleep(10 * time.Minute)
		second := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, second)()
		time.Sleep(time.Minute)
		if now, _ := second.Run(t.Context(), run.ID); now.ReopensAt() != began.ReopensAt() {
			t.Errorf("opens at %s, said %s", now.ReopensAt(), began.ReopensAt())
		}
		time.Sleep(30 * time.Minute)
		if got := until(t, second, run.ID, ended); got.State != ops.Succeeded || got.ClosedFor(time.Now()) > 61*time.Minute {
			t.Errorf("%s, closed for %s", got.State, got.ClosedFor(time.Now()))
		}
	})
}

func TestMaintenance_WithoutAManagedEdgeOrForTooLongIsRefused(t *testing.T) {
	d, m := newDowntime(t), newMemory()
	env := d.environment(onePerson())
	o := newOperator(m, m, env)
	req := ops.Request{Environment: "production", By: alice, Maintenance: &ops.Maintenance{For: 48 * time.Hour}}
	_, err := o.Propose(t.Context(), req)
	if r := refusal(t, err); !strings.Contains(r.Why, "up to 24h") {
		t.Error(r)
	}
	env.Edge = nil
	_, err = newOperator(m, m, env).Propose(t.Context(), req)
	if r := refusal(t, err); !strings.Contains(strings.Join(r.Try, ""), "edge.maintenance") {
		t.Error(r)
	}
}

// left is an edge that a run closed and that nobody looks after.
func left(t *testing.T, d *downtime, m *memory, kind ops.EventKind) ops.Run {
	t.Helper()
	o := newOperator(m, m, d.environment(onePerson()))
	run := closing(t, o)
	stop := serve(t, o)
	run = until(t, o, run.ID, isClosed)
	stop()
	if kind != "" {
		e := ops.Event{Run: run.ID, Seq: len(m.events[run.ID]) + 1, Kind: kind, At: time.Now(), Actor: ops.Ktops(), Reason: "cannot open the edge"}
		if err := m.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return run
}

func TestGuard_OpensAnEdgeThatNobodyLooksAfterWhenThePlatformIsHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		run := left(t, d, m, ops.RunFailed)
		o := newOperator(m, m, d.environment(onePerson()))
		g, err := o.Guard(t.Context(), "production")
		if err != nil || !g.Opened || d.door.closure() != nil {
			t.Errorf("%+v %v", g, err)
		}
		events := m.events[run.ID]
		if last := events[len(events)-1]; last.Kind != ops.EdgeOpened || last.Reason == "" {
			t.Errorf("not recorded: %+v", last)
		}
	})
}

func TestGuard_CallsAPersonAndKeepsThePageBeforeAnIllPlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		run := left(t, d, m, ops.RunFailed)
		d.down[ops.API] = true
		o := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, o)()
		time.Sleep(25 * time.Minute)
		events, err := m.Events(t.Context(), run.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		alarms := 0
		for _, e := range events {
			if e.Kind == ops.Alarm {
				alarms++
				if !strings.Contains(e.Reason, "does not answer") {
					t.Errorf("says %q", e.Reason)
				}
			}
		}
		if d.door.closure() == nil || alarms < 2 || alarms > 3 {
			t.Errorf("closed %v, called %d times in 25 minutes", d.door.closure() != nil, alarms)
		}
		d.mu.Lock()
		d.down[ops.API] = false
		d.mu.Unlock()
		time.Sleep(time.Minute)
		if d.door.closure() != nil {
			t.Error("stays closed although the platform is healthy again")
		}
	})
}

func TestGuard_LeavesAnEdgeAloneThatSomebodyWorksBehind(t *testing.T) {
	for name, c := range map[string]struct {
		wait   time.Duration
		opened bool
	}{"dead for a moment": {time.Minute, false}, "dead for long": {5 * time.Minute, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, m := newDowntime(t), newMemory()
				left(t, d, m, "")
				time.Sleep(c.wait)
				g, err := newOperator(m, m, d.environment(onePerson())).Guard(t.Context(), "production")
				if err != nil || g.Opened != c.opened {
					t.Errorf("%+v %v", g, err)
				}
			})
		})
	}
}

func TestRun_ThatFindsItsEdgeOpenedMeanwhileIsPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.block["stop gateway"] = make(chan struct{})
		d.reached = make(chan string, 100)
		first, run := begun(t, d, m)
		stop := serve(t, first)
		reach(d.world, "stop gateway")
		stop()
		close(d.block["stop gateway"])
		if err := d.door.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		second := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, second)()
		got := until(t, second, run.ID, ended)
		if got.State != ops.RolledBack || !strings.Contains(got.Reason, "the edge was opened while nobody had the run") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
	})
}

func TestRun_NeverPutsBackASnapshotAfterUsersWereLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.fail["start gateway"] = errors.New("crashed")
		d.block["start console"] = make(chan struct{})
		d.reached = make(chan string, 100)
		o, run := begun(t, d, m)
		defer serve(t, o)()
		reach(d.world, "start console")
		if err := d.door.Open(t.Context()); err != nil { // a person, by hand
			t.Fatal(err)
		}
		close(d.block["start console"])
		if got := until(t, o, run.ID, held); len(d.obs.Database.Applied) != 2 {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}
