package scheduler_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

var (
	alice   = ops.Actor{ID: "U0ALICE", Name: "alice"}
	mallory = ops.Actor{ID: "U0MALLORY", Name: "mallory"}
)

// deed is something that was done in a window, and when.
type deed struct {
	Chore ops.Chore
	At    time.Time
}

// desk is the domain in memory, as far as the scheduler asks for it. Its runs are
// folded from events as real ones are. Several schedulers may share it.
type desk struct {
	mu      sync.Mutex
	events  map[string][]ops.Event
	order   []string // of runs, oldest first
	readers map[chan ops.Update]string
	deeds   []deed
	asked   int // proposals, refused ones among them
	halves  int // chores that were broken off
	onDone  func()

	now      func() time.Time
	calendar ops.Calendar // resolves openings
	takes    map[ops.Chore]time.Duration
	broken   map[ops.Chore]error // how chores end
	report   ops.Report
	refusal  error // of every proposal
	// begin stands in for what Begin does beside starting a run that waits.
	begin func(ops.Run) (ops.Run, error)
}

func newDesk() *desk {
	return &desk{
		events: map[string][]ops.Event{}, readers: map[chan ops.Update]string{}, now: time.Now,
		broken: map[ops.Chore]error{},
		takes:  map[ops.Chore]time.Duration{ops.ChoreBackup: 10 * time.Minute, ops.ChoreUpgrade: 20 * time.Minute, ops.ChoreDrill: 15 * time.Minute, ops.ChoreVerify: time.Minute},
	}
}

func (d *desk) Environments() []string { return []string{"production", "staging"} }

func (d *desk) MayControl(_ context.Context, _ string, by ops.Actor) error {
	if by == mallory {
		return ops.Refuse("mallory may not control runs in production")
	}
	return nil
}

func (d *desk) Backup(ctx context.Context, _ string, by ops.Actor, _ func(ops.Progress)) (ops.Backup, error) {
	err := d.do(ctx, ops.ChoreBackup)
	return ops.Backup{File: "/var/backups/manual-20000101.kt"}, err
}

// Verify finds that nothing answers when it is broken off, as asking does.
func (d *desk) Verify(ctx context.Context, _ string) (ops.Report, error) {
	report, err := d.report, d.do(ctx, ops.ChoreVerify)
	if errors.Is(err, context.Canceled) {
		report.Checks, err = []ops.Finding{{Check: "api", Level: ops.Fail, Fact: "does not answer"}}, nil
	}
	return report, err
}

func (d *desk) Drill(ctx context.Context, _, _ string, _ ops.Actor, _ func(ops.Progress)) (ops.Drill, error) {
	return ops.Drill{File: "manual-20000101.kt", Tables: 40, Rows: 1000}, d.do(ctx, ops.ChoreDrill)
}

// do does a chore, which takes its time and counts when it was begun.
func (d *desk) do(ctx context.Context, chore ops.Chore) error {
	d.mu.Lock()
	began, takes, broken := d.now(), d.takes[chore], d.broken[chore]
	d.mu.Unlock()
	if errors.Is(broken, ops.ErrHeld) {
		return broken
	}
	select {
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		d.halves++
		return ctx.Err()
	case <-time.After(takes):
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.deeds = append(d.deeds, deed{chore, began.UTC()})
	if d.onDone != nil {
		d.onDone()
	}
	return broken
}

// breaks has a chore end in another way from now on.
func (d *desk) breaks(chore ops.Chore, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken[chore] = err
}

// done lists what was done, oldest first.
func (d *desk) done() []deed {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.deeds)
}

// times counts how often a chore was done.
func (d *desk) times(chore ops.Chore) int {
	return len(slices.DeleteFunc(d.done(), func(one deed) bool { return one.Chore != chore }))
}

func (d *desk) Run(_ context.Context, id string) (ops.Run, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.events[id]) == 0 {
		return ops.Run{}, ops.Refuse(fmt.Sprintf("there is no run %q", id), "history")
	}
	return ops.Fold(d.events[id]), nil
}

func (d *desk) History(_ context.Context, environment string, limit int) ([]ops.Run, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var runs []ops.Run
	for _, id := range slices.Backward(d.order) {
		if run := ops.Fold(d.events[id]); environment == "" || run.Request.Environment == environment {
			runs = append(runs, run)
		}
	}
	return runs[:min(len(runs), limit)], nil
}

func (d *desk) Scheduled(ctx context.Context, environment string) ([]ops.Run, error) {
	runs, err := d.History(ctx, environment, 1000)
	runs = slices.DeleteFunc(runs, func(r ops.Run) bool { return r.State != ops.Scheduled })
	slices.SortFunc(runs, func(a, b ops.Run) int { return a.Opening.Opens.Compare(b.Opening.Opens) })
	return runs, err
}

func (d *desk) Watch(ctx context.Context, id string) <-chan ops.Update {
	updates := make(chan ops.Update, 16)
	d.mu.Lock()
	d.readers[updates] = id
	d.mu.Unlock()
	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.readers, updates)
		close(updates)
	})
	return updates
}

func (d *desk) Propose(ctx context.Context, req ops.Request) (ops.Run, error) {
	d.mu.Lock()
	d.asked++
	refusal := d.refusal
	d.mu.Unlock()
	if refusal != nil {
		return ops.Run{}, refusal
	}
	openings, err := d.calendar.Openings(ctx, req.Environment, d.now(), 20)
	if err != nil {
		return ops.Run{}, err
	}
	i := slices.IndexFunc(openings, func(o ops.Opening) bool { return o.Window == req.Window || o.Key == req.Window })
	if i < 0 {
		return ops.Run{}, ops.Refuse("no such opening")
	}
	req.Opening = &openings[i]
	return d.record(ops.Event{Kind: ops.RunProposed, Request: &req, Plan: plan(req)}), nil
}

// plan needs half an hour for everything, with the way back.
func plan(req ops.Request) *ops.Plan {
	return &ops.Plan{Environment: req.Environment, Target: req.Target, Strategy: ops.Window, Steps: []ops.Step{{Name: "all", Estimate: 30 * time.Minute}}}
}

// Begin starts a run that waits, as long as it still fits.
func (d *desk) Begin(ctx context.Context, id string) (ops.Run, error) {
	run, err := d.Run(ctx, id)
	if err != nil || run.State != ops.Scheduled {
		return run, err
	}
	d.mu.Lock()
	begin := d.begin
	d.mu.Unlock()
	switch {
	case begin != nil:
		return begin(run)
	case d.now().After(run.LatestStart()):
		return d.record(ops.Event{Run: id, Kind: ops.RunMissed, Reason: "it does not fit any more"}), nil
	}
	return d.started(run)
}

// started has a run begin, and end well after its time.
func (d *desk) started(run ops.Run) (ops.Run, error) {
	d.mu.Lock()
	d.deeds = append(d.deeds, deed{ops.ChoreUpgrade, d.now().UTC()})
	takes := d.takes[ops.ChoreUpgrade]
	d.mu.Unlock()
	run = d.record(ops.Event{Run: run.ID, Kind: ops.RunOpened})
	d.record(ops.Event{Run: run.ID, Kind: ops.RunStarted})
	time.AfterFunc(takes, func() { d.record(ops.Event{Run: run.ID, Kind: ops.RunSucceeded}) })
	return run, nil
}

func (d *desk) Miss(ctx context.Context, id, reason string) (ops.Run, error) {
	run, err := d.Run(ctx, id)
	if err != nil || (run.State != ops.Scheduled && run.State != ops.Proposed) {
		return run, err
	}
	return d.record(ops.Event{Run: id, Kind: ops.RunMissed, Reason: reason}), nil
}

// record keeps an event, of a new run where it names none, and tells who watches.
func (d *desk) record(e ops.Event) ops.Run {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.Run == "" {
		e.Run = fmt.Sprintf("r-%d", len(d.order)+1)
		d.order = append(d.order, e.Run)
	}
	e.Seq, e.At = len(d.events[e.Run])+1, d.now()
	e.Actor = cmp.Or(e.Actor, ops.Ktops())
	d.events[e.Run] = append(d.events[e.Run], e)
	run := ops.Fold(d.events[e.Run])
	for updates, id := range d.readers {
		if id == "" || id == run.ID {
			select {
			case updates <- ops.Update{Run: run}:
			default:
			}
		}
	}
	return run
}

// approved is an upgrade that was approved into an opening.
func (d *desk) approved(t *testing.T, version string, opening ops.Opening) ops.Run {
	t.Helper()
	run := d.proposed(t, version, opening)
	return d.record(ops.Event{Run: run.ID, Kind: ops.RunApproved, Approval: &ops.Approval{By: alice}})
}

// proposed is an upgrade that is asked for into an opening.
func (d *desk) proposed(t *testing.T, version string, opening ops.Opening) ops.Run {
	t.Helper()
	target, err := ops.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	req := ops.Request{Environment: "production", Target: target, By: alice, Opening: &opening}
	return d.record(ops.Event{Kind: ops.RunProposed, Request: &req, Plan: plan(req)})
}

// state is where a run is.
func (d *desk) state(t *testing.T, id string) ops.Run {
	t.Helper()
	run, err := d.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return run
}
