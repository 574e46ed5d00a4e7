package ops_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// regret is the downtime world after an upgrade to 3.0.0 in its window: a snapshot and a
// backup are kept, and the database can be swapped.
type regret struct {
	*downtime
	m      *memory
	o      *ops.Operator
	run    ops.Run // the upgrade
	points []ops.ReturnPoint
	rows   int64 // written since
	swaps  int   // swaps less those undone
	policy ops.Policy

	lost    string   // why the previous images cannot be had
	moved   bool     // their tags
	without ops.Kind // of step that cannot be done
}

// Observe shows the images and migrations of the version that is asked for.
func (g *regret) Observe(ctx context.Context, target ops.Version) (ops.PlatformState, error) {
	state, err := g.world.Observe(ctx, target)
	if target.IsZero() {
		return state, err
	}
	state.Images = nil
	for _, c := range ops.Services() {
		image := ops.TargetImage{Component: c, Local: true, Missing: g.lost,
			Ref: "keeptrusts/" + string(c) + ":" + target.String(), ID: string(c) + "@" + target.String()}
		if g.moved {
			image.ID += "-rebuilt"
		}
		state.Images = append(state.Images, image)
	}
	if target.String() == "2.4.3" {
		state.Migrations = state.Migrations[:1]
	}
	return state, err
}

func (g *regret) ReturnPoints(context.Context) ([]ops.ReturnPoint, error) {
	return slices.Clone(g.points), nil
}

func (g *regret) WrittenSince(_ context.Context, since ops.Position) (ops.Written, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return ops.Written{Since: since.At, Until: time.Now(), Tables: []ops.TableWrites{{Table: "events", Writes: ops.Writes{Inserted: g.rows}}}}, nil
}

// returning does what only a rollback does.
type returning struct {
	undoable
	g *regret
}

func (h returning) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	result, err := h.undoable.Do(ctx, task)
	if err == nil && task.Step.Kind == ops.Swap {
		h.g.swap(ctx, task, +1)
		result.Lost = &ops.Written{Tables: []ops.TableWrites{{Table: "events", Writes: ops.Writes{Inserted: h.g.rows}}}}
	}
	return result, err
}

func (h returning) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	did := slices.Contains(h.g.did(), task.Step.Name)
	result, err := h.undoable.Undo(ctx, task)
	if err == nil && task.Step.Kind == ops.Swap && did {
		h.g.swap(ctx, task, -1)
	}
	return result, err
}

func (g *regret) swap(ctx context.Context, task ops.Task, by int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if state, _ := g.door.Look(ctx); state.Closed == nil && g.managed() {
		g.wrong = append(g.wrong, task.Step.Name+" while the edge was open")
	}
	if !g.down[ops.API] {
		g.wrong = append(g.wrong, task.Step.Name+" while the API ran")
	}
	if g.swaps += by; g.swaps == 1 {
		g.obs.Database.Applied = g.obs.Database.Applied[:1]
	} else {
		g.obs.Database.Applied = append(slices.Clone(g.obs.Database.Applied[:1]), ops.AppliedMigration{Version: 2, Checksum: "b", Success: true})
	}
}

func (g *regret) managed() bool { return g.door != nil }

func (g *regret) environment(policy ops.Policy) ops.Environment {
	env := g.downtime.environment(policy)
	env.Platform, env.Returns = g, g
	for _, kind := range []ops.Kind{ops.Restore, ops.Swap} {
		env.Handlers[kind] = returning{undoable{handler{g.world}}, g}
	}
	delete(env.Handlers, g.without)
	env.Handlers[ops.StopService] = stopping{behind{undoable{handler{g.world}}, g.downtime}}
	return env
}

// stopping brings back what ran on a schema that it knows.
type stopping struct{ behind }

func (b stopping) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	result, err := b.undoable.Undo(ctx, task)
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	if want := map[string]int{"2.4.3": 1, "3.0.0": 2}[task.Step.From.String()]; task.Step.Component == ops.API && len(b.d.obs.Database.Applied) > want {
		return result, fmt.Errorf("API %s does not start on a newer schema", task.Step.From)
	}
	b.d.down[task.Step.Component] = false
	b.d.put(task.Step, task.Step.From)
	return result, err
}

// newRegret is the world after the upgrade, on the simulated clock.
func newRegret(t *testing.T) *regret {
	t.Helper()
	g := &regret{downtime: newDowntime(t), m: newMemory(), rows: 1204, policy: onePerson()}
	g.policy.RollbackApprovals = 2
	g.o = newOperator(g.m, g.m, g.environment(g.policy))
	run := scheduled(t, g.o)
	time.Sleep(time.Until(g.calendar.opening.Opens))
	if _, err := g.o.Begin(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	stop := serve(t, g.o)
	g.run = until(t, g.o, run.ID, ended)
	stop()
	if g.run.State != ops.Succeeded {
		t.Fatalf("the upgrade is %s: %s", g.run.State, g.run.Reason)
	}
	g.acts = nil
	applied := []ops.AppliedMigration{{Version: 1, Checksum: "a", Success: true}}
	at := g.run.StartedAt.Add(time.Minute)
	g.points = []ops.ReturnPoint{
		{Way: ops.BackBySnapshot, Run: g.run.ID, Name: "keeptrusts_kt_snapshot", At: at, Bytes: 200 << 20, Position: &ops.Position{At: at}},
		{Way: ops.BackByBackup, Run: g.run.ID, Name: "run.dump", At: at.Add(-30 * time.Second), Bytes: 200 << 20, Applied: applied, Position: &ops.Position{At: at}},
		{Way: ops.BackByBackup, Name: "older.dump", At: at.Add(-24 * time.Hour), Bytes: 190 << 20, Applied: applied},
	}
	return g
}

// back asks for the way back.
func (g *regret) back(way ops.Way) ops.Request {
	return ops.Request{Environment: "production", By: alice, Rollback: &ops.Rollback{Run: g.run.ID, Way: way}}
}

// approvedBack is a rollback that Bob and Carol approved.
func (g *regret) approvedBack(t *testing.T, o *ops.Operator, way ops.Way) ops.Run {
	t.Helper()
	run, err := o.Propose(t.Context(), g.back(way))
	for _, by := range []ops.Actor{bob, carol} {
		if err == nil && run.State == ops.Proposed {
			run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: by})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// on checks what runs behind the open edge, and on how many migrations.
func (g *regret) on(t *testing.T, v string, migrations int) {
	t.Helper()
	g.open(t)
	for _, s := range g.obs.Platform.Services {
		for _, c := range s.Containers {
			if c.Version.String() != v {
				t.Errorf("%s runs %s, want %s", s.Component, c.Version, v)
			}
		}
	}
	if n := len(g.obs.Database.Applied); n != migrations {
		t.Errorf("%d migrations applied, want %d; did %v", n, migrations, g.did())
	}
}
