package ops_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

func version(t *testing.T, s string) ops.Version {
	t.Helper()
	v, err := ops.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var (
	alice   = ops.Actor{ID: "U_ALICE", Name: "Alice"}
	bob     = ops.Actor{ID: "U_BOB", Name: "Bob"}
	carol   = ops.Actor{ID: "U_CAROL", Name: "Carol"}
	mallory = ops.Actor{ID: "U_MALLORY", Name: "Mallory"}
)

// memory is a journal and its leases in memory: what a process leaves behind when
// it dies.
type memory struct {
	mu     sync.Mutex
	events map[string][]ops.Event
	order  []string
	leases map[string]ops.Lease
	tokens int64
}

func newMemory() *memory {
	return &memory{events: map[string][]ops.Event{}, leases: map[string]ops.Lease{}}
}

func (m *memory) Append(ctx context.Context, e ops.Event) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.events[e.Run]
	if e.Seq != len(list)+1 {
		return ops.ErrConflict
	}
	next := ops.Fold(append(slices.Clone(list), e))
	environment := next.Request.Environment
	if next.Exclusive() && !ops.Fold(list).Exclusive() {
		for _, id := range m.order {
			if run := ops.Fold(m.events[id]); run.Exclusive() && run.Request.Environment == environment {
				return ops.ErrBusy
			}
		}
	}
	if e.Kind == ops.RunProposed {
		m.order = append(m.order, e.Run)
	}
	if e.Token != 0 && m.leases[environment].Token != e.Token {
		return ops.ErrFenced
	}
	m.events[e.Run] = append(slices.Clone(list), e)
	return nil
}

func (m *memory) Events(ctx context.Context, run string, after int) ([]ops.Event, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	list, ok := m.events[run]
	if !ok {
		return nil, ops.ErrNoRun
	}
	return slices.Clone(list[after:]), nil
}

func (m *memory) Runs(ctx context.Context, q ops.RunQuery) ([]string, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for _, id := range slices.Backward(m.order) {
		run := ops.Fold(m.events[id])
		if (q.Environment == "" || q.Environment == run.Request.Environment) && (!q.OpenOnly || run.State.Open()) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memory) Acquire(_ context.Context, environment, owner string, ttl time.Duration) (ops.Lease, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.leases[environment]; l.Owner != "" && time.Now().Before(l.Expires) {
		return l, ops.ErrHeld
	}
	m.tokens++
	m.leases[environment] = ops.Lease{Environment: environment, Owner: owner, Token: m.tokens, Expires: time.Now().Add(ttl)}
	return m.leases[environment], nil
}

func (m *memory) Renew(_ context.Context, l ops.Lease, ttl time.Duration) (ops.Lease, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leases[l.Environment].Token != l.Token {
		return ops.Lease{}, ops.ErrFenced
	}
	l.Expires = time.Now().Add(ttl)
	m.leases[l.Environment] = l
	return l, nil
}

func (m *memory) Release(_ context.Context, l ops.Lease) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leases[l.Environment].Token == l.Token {
		delete(m.leases, l.Environment)
	}
	return nil
}

func (m *memory) Break(_ context.Context, environment string) (ops.Lease, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.leases[environment]
	delete(m.leases, environment)
	return l, nil
}

func (m *memory) Holder(_ context.Context, environment string) (*ops.Lease, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, ok := m.leases[environment]; ok && time.Now().Before(l.Expires) {
		return &l, nil
	}
	return nil, nil
}

// world is a platform and a database in memory, changed by its own handlers.
type world struct {
	mu      sync.Mutex
	obs     ops.Observation
	acts    []string                 // what was really changed, in order
	fail    map[string]error         // by step name: Do fails with it
	block   map[string]chan struct{} // by step name: Do waits for it or ctx
	reached chan string              // step names as Do begins; nil: not told
}

// newWorld is production at 2.4.3 with one API, one console and two gateways, and
// the images of 2.5.0 at hand.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{fail: map[string]error{}, block: map[string]chan struct{}{}}
	w.obs.Environment = "production"
	w.obs.Platform.Services = []ops.Service{
		service(t, ops.API, "2.4.3", 1), service(t, ops.Console, "2.4.3", 1), service(t, ops.Gateway, "2.4.3", 2),
	}
	w.target(t, "2.5.0")
	w.obs.Platform.Migrations = []ops.Migration{{Version: 1, Checksum: "a"}, {Version: 2, Checksum: "b"}}
	free, zero := int64(100<<30), 0
	w.obs.Database = ops.DatabaseState{
		Server: "15.18", Client: "15.18", Bytes: 200 << 20, DataFree: &free, BackupFree: 100 << 30, BackupDir: "/var/backups/keeptrusts",
		Applied: []ops.AppliedMigration{{Version: 1, Checksum: "a", Success: true}},
		Largest: []ops.Table{{Name: "events", Bytes: 150 << 20}},
	}
	w.obs.App = ops.AppState{APIVersion: version(t, "2.4.3"), Connections: &zero, PendingExports: &zero, CLI: version(t, "2.4.3")}
	return w
}

func service(t *testing.T, c ops.Component, v string, replicas int) ops.Service {
	t.Helper()
	s := ops.Service{Component: c, Name: "keeptrusts-" + string(c), Replicas: replicas, Variable: string(c) + "_TAG"}
	for i := range replicas {
		s.Containers = append(s.Containers, ops.Container{
			ID: fmt.Sprintf("%s-%d", c, i+1), Image: s.Name + ":" + v, ImageID: string(c) + "@" + v, Version: version(t, v), Healthy: true})
	}
	return s
}

func (w *world) target(t *testing.T, v string) {
	t.Helper()
	w.obs.Platform.Images = nil
	for _, c := range ops.Services() {
		w.obs.Platform.Images = append(w.obs.Platform.Images,
			ops.TargetImage{Component: c, Ref: "keeptrusts/" + string(c) + ":" + v, ID: string(c) + "@" + v, Local: true})
	}
}

func (w *world) Observe(context.Context, ops.Version) (ops.PlatformState, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.obs.Platform
	state.Services = slices.Clone(state.Services)
	for i := range state.Services {
		state.Services[i].Containers = slices.Clone(state.Services[i].Containers)
	}
	return state, nil
}

func (w *world) ObserveDatabase(context.Context) (ops.DatabaseState, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.obs.Database, nil
}

func (w *world) Applied(context.Context) ([]ops.AppliedMigration, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.obs.Database.Applied, nil
}

func (w *world) ObserveApp(context.Context) ops.AppState { return w.obs.App }

// did is what was changed so far.
func (w *world) did() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.acts)
}

// handler does a step of any kind to the world.
type handler struct{ w *world }

func (h handler) Done(_ context.Context, task ops.Task) (bool, ops.Result, error) {
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	return slices.Contains(h.w.acts, task.Step.Name), ops.Result{}, nil
}

func (h handler) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	if h.w.reached != nil {
		h.w.reached <- task.Step.Name
	}
	if wait := h.w.block[task.Step.Name]; wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ops.Result{}, ctx.Err()
		}
	}
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	if err := h.w.fail[task.Step.Name]; err != nil {
		return ops.Result{}, err
	}
	if task.Step.Migrates {
		h.w.obs.Database.Applied = append(slices.Clone(h.w.obs.Database.Applied), ops.AppliedMigration{Version: 2, Checksum: "b", Success: true})
	}
	if task.Step.Kind == ops.Roll {
		h.w.replace(task.Step, task.Step.To)
	}
	h.w.acts = append(h.w.acts, task.Step.Name)
	return ops.Result{}, nil
}

func (w *world) replace(step ops.Step, to ops.Version) {
	c := &w.obs.Platform.Service(step.Component).Containers[step.Replica-1]
	c.Version, c.ImageID = to, string(step.Component)+"@"+to.String()
}

// undoable is a handler that can put back.
type undoable struct{ handler }

func (u undoable) Undo(_ context.Context, task ops.Task) (ops.Result, error) {
	u.w.mu.Lock()
	defer u.w.mu.Unlock()
	if err := u.w.fail["undo "+task.Step.Name]; err != nil {
		return ops.Result{}, err
	}
	if task.Step.Kind == ops.Roll {
		u.w.replace(task.Step, task.Step.From)
	}
	u.w.acts = append(u.w.acts, "undo "+task.Step.Name)
	return ops.Result{}, nil
}

func (w *world) environment(policy ops.Policy) ops.Environment {
	h := handler{w}
	return ops.Environment{
		Name: w.obs.Environment, Platform: w, Database: w, App: w, Policy: policy, Rules: ops.DefaultRules(),
		Handlers: ops.Handlers{
			ops.PullImages: h, ops.TakeBackup: h, ops.VerifyBackup: h, ops.Roll: undoable{h}, ops.Pin: undoable{h}, ops.Verify: h, ops.Prune: h,
		},
	}
}

// onePerson lets everybody ask and Bob or Carol approve.
func onePerson() ops.Policy {
	return ops.Policy{
		Request: ops.Who{Users: []string{alice.ID, bob.ID}}, Approve: ops.Who{Users: []string{bob.ID, carol.ID}},
		Approvals: 1, BreakGlass: ops.Who{Users: []string{bob.ID}},
	}
}

func newOperator(j ops.Journal, l ops.Leases, envs ...ops.Environment) *ops.Operator {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return ops.NewOperator(ops.OperatorOptions{Journal: j, Leases: l, Environments: envs, Log: logrus.NewEntry(log)})
}

func upgrade(t *testing.T, to string, by ops.Actor) ops.Request {
	t.Helper()
	return ops.Request{Environment: "production", Target: version(t, to), By: by}
}

// refusal is the refusal behind an error; the test fails when it is none.
func refusal(t *testing.T, err error) *ops.Refusal {
	t.Helper()
	var r *ops.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("want a refusal, got %v", err)
	}
	return r
}
