package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// letIn records that the dead-man rule opened the edge of a run. The door stays as it is.
func letIn(t *testing.T, m *memory, run ops.Run) {
	t.Helper()
	e := ops.Event{Run: run.ID, Seq: len(m.events[run.ID]) + 1, Kind: ops.EdgeOpened, At: time.Now(), Actor: ops.Ktops(), Reason: "the platform is healthy"}
	if err := m.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// stoppedIn is a run whose process stops in a step; the next one finds the step free.
func stoppedIn(t *testing.T, o *ops.Operator, w *world, step string) {
	t.Helper()
	w.block[step], w.reached = make(chan struct{}), make(chan string, 100)
	stop := serve(t, o)
	reach(w, step)
	stop()
	close(w.block[step])
}

func TestRun_EdgeThatWasOpenedWhileAStepGoesOnIsNotClosedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o, run := begun(t, d, m)
		stoppedIn(t, o, d.world, "start api")
		d.block["start api"] = make(chan struct{})
		second := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, second)()
		reach(d.world, "start api")
		letIn(t, m, run)
		if err := d.door.Open(context.Background()); err != nil { // the rule was at it when the run was taken up
			t.Fatal(err)
		}
		time.Sleep(45 * time.Second)
		if c := d.door.closure(); c != nil {
			t.Errorf("it was closed again: %+v", *c)
		}
		close(d.block["start api"])
		until(t, second, run.ID, ended)
	})
}

func TestRun_SnapshotIsNotPutBackOverWhatUsersWroteBehindAnEdgeThatIsClosedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.fail["start gateway"] = errors.New("crashed")
		first, run := begun(t, d, m)
		stoppedIn(t, first, d.world, "start console")
		letIn(t, m, run)
		second := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, second)()
		if got := until(t, second, run.ID, held); len(d.obs.Database.Applied) != 2 || !got.LetIn {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestRollback_IsNotUndoneOverWhatUsersWroteBehindAnEdgeThatIsClosedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		g.fail["start gateway"] = errors.New("crashed")
		run := g.approvedBack(t, g.o, ops.BackBySnapshot)
		stoppedIn(t, g.o, g.world, "start console")
		letIn(t, g.m, run)
		second := newOperator(g.m, g.m, g.environment(g.policy))
		defer serve(t, second)()
		got := until(t, second, run.ID, held)
		if !strings.Contains(got.Reason, "users may have written to it since") || g.swaps != 1 {
			t.Errorf("%s, %d swaps", got.Reason, g.swaps)
		}
	})
}

func TestAbort_EndsARunWhoseEdgeWasOpenedWhileNobodyHadIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		first, run := begun(t, d, m)
		stoppedIn(t, first, d.world, "start console")
		if err := d.door.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		second := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, second)()
		until(t, second, run.ID, held)
		if _, err := second.Abort(t.Context(), run.ID, bob, ""); err != nil {
			t.Fatal(err)
		}
		if got := until(t, second, run.ID, ended); got.State != ops.Aborted || len(d.obs.Database.Applied) != 2 {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestRollback_WithoutAManagedEdge(t *testing.T) {
	for step, want := range map[string]struct {
		state ops.State
		swaps int
	}{"stop api": {ops.RolledBack, 0}, "swap database": {ops.RolledBack, 0}, "start api": {ops.Held, 1}, "start gateway": {ops.Held, 1}} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				g.fail[step] = errors.New("crashed")
				env := g.environment(g.policy)
				env.Edge = nil
				o := newOperator(g.m, g.m, env)
				run := g.approvedBack(t, o, ops.BackBySnapshot)
				defer serve(t, o)()
				got := until(t, o, run.ID, func(r ops.Run) bool { return held(r) || ended(r) })
				if got.State != want.state || g.swaps != want.swaps {
					t.Errorf("%s (%s), %d swaps", got.State, got.Reason, g.swaps)
				}
			})
		})
	}
}
