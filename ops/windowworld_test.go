package ops_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// door is an edge in memory. Other processes see the same one.
type door struct {
	mu      sync.Mutex
	closed  *ops.Closure
	told    []ops.Closure
	streams int // that are still going on while it is closed
	broken  error
	slow    time.Duration // that opening takes after users are let in
}

func (d *door) Look(context.Context) (ops.EdgeState, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return ops.EdgeState{Closed: d.closed}, nil
}

func (d *door) Close(_ context.Context, c ops.Closure) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return d.broken
	}
	d.closed, d.told = &c, append(d.told, c)
	return nil
}

// closure is what the edge tells callers; nil while it is open.
func (d *door) closure() *ops.Closure {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

func (d *door) Open(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = nil
	if d.slow > 0 {
		d.mu.Unlock()
		time.Sleep(d.slow)
		d.mu.Lock()
	}
	return nil
}

func (d *door) Draining(context.Context) (ops.Draining, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return ops.Draining{Workers: min(d.streams, 1), Streams: d.streams}, nil
}

// tonight is a calendar with one opening, and perhaps a freeze.
type tonight struct {
	opening ops.Opening
	freeze  *ops.Freeze
}

func (c *tonight) Openings(_ context.Context, _ string, at time.Time, _ int) ([]ops.Opening, error) {
	if at.After(c.opening.Closes) {
		return nil, nil
	}
	return []ops.Opening{c.opening}, nil
}

func (c *tonight) Frozen(_ context.Context, _ string, from, until time.Time) (*ops.Freeze, error) {
	if f := c.freeze; f != nil && from.Before(f.Until) && until.After(f.From) {
		return f, nil
	}
	return nil, nil
}

// downtime is the world with an edge and a window; it notes what must never be.
type downtime struct {
	*world
	door     *door
	calendar *tonight
	healthy  bool

	down    map[ops.Component]bool // stopped services
	schema  int                    // applied migrations at the snapshot
	wrong   []string
	verdict error
}

func newDowntime(t *testing.T) *downtime {
	t.Helper()
	opens := time.Now().Add(6 * time.Hour)
	d := &downtime{world: newWorld(t), door: &door{}, down: map[ops.Component]bool{}, healthy: true, calendar: &tonight{
		opening: ops.Opening{Window: "night", Key: opens.UTC().Format("2006-01-02T15:04"), Zone: "Europe/Berlin", Opens: opens, Closes: opens.Add(2 * time.Hour)},
	}}
	d.target(t, "3.0.0")
	return d
}

func (d *downtime) environment(policy ops.Policy) ops.Environment {
	env := d.world.environment(policy)
	env.Edge, env.Calendar, env.Verifier = d.door, d.calendar, d
	h := behind{undoable{handler{d.world}}, d}
	for _, kind := range []ops.Kind{ops.StopService, ops.StartService, ops.Snapshot} {
		env.Handlers[kind] = h
	}
	return env
}

// Verify finds the platform healthy when everything runs.
func (d *downtime) Verify(context.Context, ops.Version) (ops.Report, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := ops.Finding{Check: "api", Level: ops.Pass}
	for c, down := range d.down {
		if down {
			f = ops.Finding{Check: string(c), Level: ops.Fail, Fact: "does not answer"}
		}
	}
	return ops.Report{Checks: []ops.Finding{f}}, d.verdict
}

// behind does what may only be done behind a closed edge.
type behind struct {
	undoable
	d *downtime
}

func (b behind) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	result, err := b.undoable.Do(ctx, task)
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	if state, _ := b.d.door.Look(ctx); state.Closed == nil {
		b.d.wrong = append(b.d.wrong, task.Step.Name+" while the edge was open")
	}
	switch task.Step.Kind {
	case ops.StopService:
		b.d.down[task.Step.Component] = true
	case ops.Snapshot:
		if !b.d.down[ops.API] {
			b.d.wrong = append(b.d.wrong, "snapshot while the API ran")
		}
		b.d.schema = len(b.d.obs.Database.Applied)
	case ops.StartService:
		b.d.down[task.Step.Component] = err != nil
		b.d.put(task.Step, task.Step.To)
	}
	return result, err
}

func (b behind) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	result, err := b.undoable.Undo(ctx, task)
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	switch {
	case err != nil:
	case task.Step.Kind == ops.StopService:
		if task.Step.Component == ops.API && len(b.d.obs.Database.Applied) > 1 {
			return result, errors.New("the API does not start on a newer schema")
		}
		b.d.down[task.Step.Component] = false
		b.d.put(task.Step, task.Step.From)
	case task.Step.Kind == ops.StartService:
		b.d.down[task.Step.Component] = true
	case task.Step.Kind == ops.Snapshot && b.d.schema > 0:
		b.d.obs.Database.Applied = b.d.obs.Database.Applied[:b.d.schema]
	}
	return result, err
}

func (d *downtime) put(step ops.Step, v ops.Version) {
	for i := range d.obs.Platform.Service(step.Component).Containers {
		c := &d.obs.Platform.Service(step.Component).Containers[i]
		c.Version, c.ImageID = v, fmt.Sprintf("%s@%s", step.Component, v)
	}
}

// open checks what must be true whenever users are let in.
func (d *downtime) open(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.wrong) > 0 {
		t.Errorf("wrong: %v; did %v", d.wrong, d.acts)
	}
	if c := d.door.closure(); c != nil {
		t.Errorf("the edge stayed closed: %+v; did %v", *c, d.acts)
	}
	for c, down := range d.down {
		if down {
			t.Errorf("%s is down behind an open edge; did %v", c, d.acts)
		}
	}
}

// scheduled is a run to 3.0.0 approved into tonight's window.
func scheduled(t *testing.T, o *ops.Operator) ops.Run {
	t.Helper()
	req := upgrade(t, "3.0.0", alice)
	req.Window = ops.NextWindow
	run, err := o.Propose(t.Context(), req)
	if err == nil {
		run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
	}
	if err != nil {
		t.Fatal(err)
	}
	if run.State != ops.Scheduled {
		t.Fatalf("the run is %s", run.State)
	}
	return run
}

// begun is such a run after its window has opened.
func begun(t *testing.T, d *downtime, m *memory) (*ops.Operator, ops.Run) {
	t.Helper()
	o := newOperator(m, m, d.environment(onePerson()))
	run := scheduled(t, o)
	time.Sleep(time.Until(d.calendar.opening.Opens))
	run, err := o.Begin(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	return o, run
}

func names(steps []ops.Step) []string {
	var out []string
	for _, s := range steps {
		out = append(out, s.Name)
	}
	return out
}

func without(list []string, drop ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(drop, s) })
}
