// Package controltest has a service without an environment behind it, for tests
// of what stands in front of one: the local socket and the commands. It keeps
// one run, lets the test move it, and writes down who decided what.
package controltest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// Fake answers from what the test put into it.
type Fake struct {
	Names    []string
	PlanOf   ops.Plan
	StatusOf ops.Status
	ReportOf ops.Report
	AdviceOf ops.Advice
	BackupOf ops.Backup
	LeaseOf  ops.Lease
	EventsOf []ops.Event
	DrillOf  ops.Drill
	// RestoredOf and RetentionOf are what RestoreInto, and Retention and Prune, tell.
	RestoredOf  ops.Restored
	RetentionOf ops.Retention
	// WindowsOf, PastOf and FreezesOf are the calendar; Openings are made of WindowsOf.
	WindowsOf []ops.WindowState
	PastOf    []ops.Occurrence
	FreezesOf []ops.Freeze
	Runs      []ops.Run // newest first
	ToldOf    []notify.Told
	DraftsOf  []notify.Draft
	Approvals int              // how many a proposal waits for
	Fail      map[string]error // by method, such as Approve
	// Keep leaves a run as it is whatever is decided, as a runner does that has
	// only been asked.
	Keep bool
	// Progress is what Backup, VerifyBackup and Drill report before they end.
	Progress []ops.Progress
	// Block is waited for by Verify and Backup when it is not nil; a ctx that
	// ends is their error then.
	Block chan struct{}

	mu       sync.Mutex
	calls    []string
	watchers map[chan ops.Update]string
}

// Calls are the decisions so far: method, whom or what it is about, and by whom.
func (f *Fake) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Update changes a run and tells its watchers.
func (f *Fake) Update(u ops.Update) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(u.Run)
	for w, id := range f.watchers {
		if id != "" && id != u.Run.ID {
			continue
		}
		select {
		case <-w: // the newest wins
		default:
		}
		w <- u
	}
}

// Watchers is how many watch now.
func (f *Fake) Watchers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.watchers)
}

func (f *Fake) put(run ops.Run) {
	i := slices.IndexFunc(f.Runs, func(r ops.Run) bool { return r.ID == run.ID })
	if i < 0 {
		f.Runs = slices.Insert(f.Runs, 0, run)
		return
	}
	f.Runs[i] = run
}

func (f *Fake) call(method, format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, method+" "+fmt.Sprintf(format, args...))
	return f.Fail[method]
}

// Environments are Names.
func (f *Fake) Environments() []string { return f.Names }

// Plan is PlanOf, or that of a maintenance.
func (f *Fake) Plan(_ context.Context, req ops.Request) (ops.Plan, error) {
	return f.planOf(req), f.call("Plan", "%s %s %s by %s", req.Environment, req.Target, req.Strategy, req.By.ID)
}

// Advise is AdviceOf.
func (f *Fake) Advise(_ context.Context, environment, run string) (ops.Advice, error) {
	return f.AdviceOf, f.call("Advise", "%s %s", environment, run)
}

// Propose makes the plan a run.
func (f *Fake) Propose(_ context.Context, req ops.Request) (ops.Run, error) {
	if err := f.call("Propose", "%s %s %s by %s urgent=%t %q%s", req.Environment, req.Target, req.Strategy, req.By.ID, req.Urgent, req.Reason, into(req)); err != nil {
		return ops.Run{}, err
	}
	if req.Window != "" {
		if req.Opening = f.opening(req.Window); req.Opening == nil {
			return ops.Run{}, ops.Refuse(fmt.Sprintf("%s has no window %q to come", req.Environment, req.Window), "one of next, upgrades")
		}
	}
	plan := f.planOf(req)
	run := ops.Run{ID: "r-abc234", Request: req, Plan: plan, State: ops.Proposed, ProposedAt: f.PlanOf.At, Opening: req.Opening, Seq: 1}
	for _, s := range plan.Steps {
		run.Steps = append(run.Steps, ops.StepRun{Step: s, State: ops.StepPending})
	}
	if f.Approvals == 0 {
		run.State = approved(run)
	}
	f.Update(ops.Update{Run: run})
	return run, nil
}

// Approve approves the run.
func (f *Fake) Approve(ctx context.Context, id string, a ops.Approval) (ops.Run, error) {
	what := fmt.Sprintf("%s break_glass=%t", a.Reason, a.BreakGlass)
	if a.Opening == nil {
		return f.decide(ctx, "Approve", id, a.By, what, ops.Approved)
	}
	run, err := f.Run(ctx, id)
	if err != nil {
		return run, err
	}
	if run.Opening = f.opening(a.Opening.Key); run.Opening == nil {
		return run, ops.Refuse(fmt.Sprintf("%s has no window %q to come", run.Request.Environment, a.Opening.Key))
	}
	f.Update(ops.Update{Run: run})
	return f.decide(ctx, "Approve", id, a.By, what+" into "+a.Opening.Key, ops.Scheduled)
}

// approved is what a run becomes by its last approval.
func approved(run ops.Run) ops.State {
	if run.Opening != nil {
		return ops.Scheduled
	}
	return ops.Approved
}

// Reject rejects the run.
func (f *Fake) Reject(ctx context.Context, id string, by ops.Actor, reason string) (ops.Run, error) {
	return f.decide(ctx, "Reject", id, by, reason, ops.Rejected)
}

// Hold holds the run at once.
func (f *Fake) Hold(ctx context.Context, id string, by ops.Actor, reason string) (ops.Run, error) {
	return f.decide(ctx, "Hold", id, by, reason, ops.Held)
}

// Abort aborts the run at once.
func (f *Fake) Abort(ctx context.Context, id string, by ops.Actor, reason string) (ops.Run, error) {
	return f.decide(ctx, "Abort", id, by, reason, ops.Aborted)
}

// Resume lets the run go on.
func (f *Fake) Resume(ctx context.Context, id string, by ops.Actor) (ops.Run, error) {
	return f.decide(ctx, "Resume", id, by, "", ops.Running)
}

func (f *Fake) decide(ctx context.Context, method, id string, by ops.Actor, reason string, to ops.State) (ops.Run, error) {
	run, err := f.Run(ctx, id)
	if err != nil {
		return run, err
	}
	if err := f.call(method, "%s by %s: %s", id, by.ID, reason); err != nil {
		return run, err
	}
	if f.Keep {
		return run, nil
	}
	run.State, run.Reason = to, reason
	if method == "Approve" {
		run.State, run.Reason = approved(run), ""
		run.Approvals = append(slices.Clone(run.Approvals), ops.Approval{By: by})
	}
	f.Update(ops.Update{Run: run})
	return run, nil
}

// Unlock breaks LeaseOf.
func (f *Fake) Unlock(_ context.Context, environment string, by ops.Actor, reason string) (ops.Lease, error) {
	return f.LeaseOf, f.call("Unlock", "%s by %s: %s", environment, by.ID, reason)
}

// Verify is ReportOf.
func (f *Fake) Verify(ctx context.Context, environment string) (ops.Report, error) {
	if err := f.call("Verify", "%s", environment); err != nil {
		return ops.Report{}, err
	}
	return f.ReportOf, f.wait(ctx)
}

// Backup reports Progress and is BackupOf.
func (f *Fake) Backup(ctx context.Context, environment string, by ops.Actor, report func(ops.Progress)) (ops.Backup, error) {
	for _, p := range f.Progress {
		report(p)
	}
	if err := f.call("Backup", "%s by %s", environment, by.ID); err != nil {
		return ops.Backup{}, err
	}
	return f.BackupOf, f.wait(ctx)
}

// VerifyBackup reports Progress and is BackupOf.
func (f *Fake) VerifyBackup(ctx context.Context, environment, file string, report func(ops.Progress)) (ops.Backup, error) {
	for _, p := range f.Progress {
		report(p)
	}
	return f.BackupOf, f.call("VerifyBackup", "%s %s", environment, file)
}

// Drill reports Progress and is DrillOf.
func (f *Fake) Drill(_ context.Context, environment, name string, by ops.Actor, report func(ops.Progress)) (ops.Drill, error) {
	for _, p := range f.Progress {
		report(p)
	}
	return f.DrillOf, f.call("Drill", "%s %q by %s", environment, name, by.ID)
}

// RestoreInto reports Progress and is RestoredOf.
func (f *Fake) RestoreInto(_ context.Context, environment, file, into string, by ops.Actor, report func(ops.Progress)) (ops.Restored, error) {
	for _, p := range f.Progress {
		report(p)
	}
	return f.RestoredOf, f.call("RestoreInto", "%s %q into %q by %s", environment, file, into, by.ID)
}

// Retention is RetentionOf.
func (f *Fake) Retention(_ context.Context, environment string) (ops.Retention, error) {
	return f.RetentionOf, f.call("Retention", "%s", environment)
}

// Prune is RetentionOf.
func (f *Fake) Prune(_ context.Context, environment string, by ops.Actor) (ops.Retention, error) {
	return f.RetentionOf, f.call("Prune", "%s by %s", environment, by.ID)
}

func (f *Fake) wait(ctx context.Context) error {
	if f.Block == nil {
		return nil
	}
	select {
	case <-f.Block:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopped before the end: %w", ctx.Err())
	}
}

// Backups is BackupOf alone.
func (f *Fake) Backups(_ context.Context, environment string) ([]ops.Backup, error) {
	return []ops.Backup{f.BackupOf}, f.call("Backups", "%s", environment)
}

// Status is StatusOf.
func (f *Fake) Status(_ context.Context, environment string) (ops.Status, error) {
	return f.StatusOf, f.call("Status", "%s", environment)
}

// History is Runs.
func (f *Fake) History(_ context.Context, environment string, limit int) ([]ops.Run, error) {
	err := f.call("History", "%s %d", environment, limit)
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.Runs), err
}

// Run is one of Runs.
func (f *Fake) Run(_ context.Context, id string) (ops.Run, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.Runs {
		if r.ID == id {
			return r, nil
		}
	}
	return ops.Run{}, ops.Refuse(fmt.Sprintf("there is no run %q", id), "history")
}

// Events is EventsOf.
func (f *Fake) Events(_ context.Context, id string, after int) ([]ops.Event, error) {
	return f.EventsOf, f.call("Events", "%s after %d", id, after)
}

// Watch passes on what Update is given.
func (f *Fake) Watch(ctx context.Context, id string) <-chan ops.Update {
	in, out := make(chan ops.Update, 1), make(chan ops.Update)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.watchers == nil {
		f.watchers = map[chan ops.Update]string{}
	}
	f.watchers[in] = id
	go f.pass(ctx, in, out)
	return out
}

func (f *Fake) pass(ctx context.Context, in chan ops.Update, out chan<- ops.Update) {
	defer close(out)
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.watchers, in)
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-in:
			select {
			case out <- u:
			case <-ctx.Done():
				return
			}
		}
	}
}
