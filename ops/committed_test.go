package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/keeptrusts/ktops/ops"
)

// final is a swap that cannot be undone once it has begun.
type final struct {
	returning
	begun   bool
	unknown error
}

func (f *final) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	f.begun = true
	return f.returning.Do(ctx, task)
}

func (f *final) Undo(context.Context, ops.Task) (ops.Result, error) {
	return ops.Result{}, errors.New("there is no way to undo it")
}

func (f *final) Committed(context.Context, ops.Task) (bool, error) { return f.begun, f.unknown }

// finally is a rollback whose swap is final.
func finally(t *testing.T, g *regret, f *final) (*ops.Operator, ops.Run) {
	t.Helper()
	f.returning = returning{undoable{handler{g.world}}, g}
	env := g.environment(g.policy)
	env.Handlers[ops.Swap] = f
	o := newOperator(g.m, g.m, env)
	return o, g.approvedBack(t, o, ops.BackBySnapshot)
}

func heldOrEnded(run ops.Run) bool { return held(run) || ended(run) }

func TestRollback_SwapThatCannotBeUndoneIsHeldAndGoesOn(t *testing.T) {
	for _, step := range []string{"swap database", "start gateway", "verify"} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				g.fail[step] = errors.New("crashed")
				o, run := finally(t, g, &final{})
				defer serve(t, o)()
				got := until(t, o, run.ID, heldOrEnded)
				if got.State != ops.Held || !strings.Contains(got.Reason, "“swap database” has begun and cannot be undone") || g.door.closure() == nil {
					t.Fatalf("%s: %s", got.State, got.Reason)
				}
				g.mu.Lock()
				delete(g.fail, step)
				g.mu.Unlock()
				if _, err := o.Resume(t.Context(), run.ID, bob); err != nil {
					t.Fatal(err)
				}
				if got := until(t, o, run.ID, ended); got.State != ops.Succeeded {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
				g.on(t, "2.4.3", 1)
			})
		})
	}
}

func TestRollback_SwapThatHasNotBegunIsUndone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		g.fail["stop api"] = errors.New("crashed")
		o, run := finally(t, g, &final{unknown: errors.New("nobody asks")})
		defer serve(t, o)()
		if got := until(t, o, run.ID, heldOrEnded); got.State != ops.RolledBack {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		g.on(t, "3.0.0", 2)
	})
}

func TestRollback_SwapOfWhichNobodyKnowsWhetherItCanBeUndoneIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		g.fail["swap database"] = errors.New("crashed")
		o, run := finally(t, g, &final{unknown: errors.New("the disk is gone")})
		defer serve(t, o)()
		if got := until(t, o, run.ID, heldOrEnded); got.State != ops.Held || !strings.Contains(got.Reason, "is not known (the disk is gone)") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestAbort_LeavesASwapThatCannotBeUndoneAsItIs(t *testing.T) {
	for name, again := range map[string]bool{"while it is held": false, "before it is tried again": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				g.fail["swap database"] = errors.New("crashed")
				o, run := finally(t, g, &final{})
				stop := serve(t, o)
				until(t, o, run.ID, held)
				if again {
					stop()
					if _, err := o.Resume(t.Context(), run.ID, bob); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := o.Abort(t.Context(), run.ID, bob, ""); err != nil {
					t.Fatal(err)
				}
				if again {
					stop = serve(t, o)
				}
				defer func() { stop() }()
				got := until(t, o, run.ID, ended)
				if got.State != ops.Aborted || !strings.Contains(got.Reason, "cannot be undone") || !g.down[ops.API] {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
			})
		})
	}
}
