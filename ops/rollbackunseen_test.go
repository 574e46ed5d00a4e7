package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/keeptrusts/ktops/ops"
)

// fog is what cannot be looked at for a while.
type fog struct {
	*door
	*regret
	edge, points, database error
}

func (f *fog) Look(ctx context.Context) (ops.EdgeState, error) {
	state, err := f.door.Look(ctx)
	return state, errors.Join(err, f.edge)
}

func (f *fog) ReturnPoints(ctx context.Context) ([]ops.ReturnPoint, error) {
	if f.points != nil {
		return nil, f.points
	}
	return f.regret.ReturnPoints(ctx)
}

func (f *fog) ObserveDatabase(ctx context.Context) (ops.DatabaseState, error) {
	if f.database != nil {
		return ops.DatabaseState{}, f.database
	}
	return f.regret.ObserveDatabase(ctx)
}

// foggy is the world after the upgrade where something may not be seen.
func foggy(t *testing.T) (*fog, *ops.Operator) {
	t.Helper()
	g := newRegret(t)
	f := &fog{regret: g, door: g.door}
	env := g.environment(g.policy)
	env.Edge, env.Returns, env.Database = f, f, f
	return f, newOperator(g.m, g.m, env)
}

func TestApprove_RollbackOutlivesALookThatFails(t *testing.T) {
	gone := errors.New("connection refused")
	for name, thicken := range map[string]func(*fog){
		"edge":     func(f *fog) { f.edge = gone },
		"points":   func(f *fog) { f.points = gone },
		"database": func(f *fog) { f.database = gone },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := foggy(t)
				run, err := o.Propose(t.Context(), f.back(ops.BackBySnapshot))
				if err == nil {
					run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
				}
				if err != nil {
					t.Fatal(err)
				}
				thicken(f)
				_, err = o.Approve(t.Context(), run.ID, ops.Approval{By: carol})
				var refused *ops.Refusal
				if err == nil || errors.As(err, &refused) || !strings.Contains(err.Error(), "connection refused") {
					t.Errorf("want an error that is no refusal, got %v", err)
				}
				f.edge, f.points, f.database = nil, nil, nil
				if run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: carol}); err != nil || run.State != ops.Approved || len(run.Approvals) != 2 {
					t.Errorf("%s with %d approvals: %v", run.State, len(run.Approvals), err)
				}
			})
		})
	}
}

func TestAdvise_EdgeThatCannotBeSeenKeepsOnlyThoseWaysFromBeingGoneThatCloseIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := foggy(t)
		f.edge = errors.New("connection refused")
		advice, err := o.Advise(t.Context(), "production", "")
		if err != nil {
			t.Fatal(err)
		}
		if c := advice.Choices[1]; c.Possible || !strings.Contains(c.Why, "the edge cannot be seen: connection refused") {
			t.Errorf("%+v", c)
		}
	})
}

func TestRollback_ImagesThatRollNeedNotSeeTheEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
		f := &fog{door: &door{}}
		env := w.environment(onePerson())
		env.Edge = f
		o := newOperator(m, m, env)
		upgraded := approve(t, o)
		defer serve(t, o)()
		until(t, o, upgraded.ID, ended)
		w.target(t, "2.4.3")
		f.edge = errors.New("connection refused")
		run, err := o.Propose(t.Context(), ops.Request{Environment: "production", By: alice, Rollback: &ops.Rollback{Way: ops.BackByImages}})
		if err == nil {
			run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := until(t, o, run.ID, ended); got.State != ops.Succeeded {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}
