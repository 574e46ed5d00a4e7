package ops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// Environment is one Keeptrusts installation with its drivers.
type Environment struct {
	Name     string
	Platform Platform
	Database DatabaseServer
	App      App
	Backups  Backups
	Verifier Verifier
	Handlers Handlers
	// Returns knows the states of the database to go back to; nil where there are none.
	Returns Returns
	// Scratch and Bench are where a version is rehearsed; nil where that cannot be.
	Scratch Scratch
	Bench   Bench
	// Edge is the proxy in front; nil where ktops does not manage it.
	Edge Edge
	// DrainLimit is how long answers under way may take to end in a window.
	DrainLimit time.Duration
	// Calendar has the windows and freezes; nil where there are none.
	Calendar Calendar
	// Probe starts sending requests through the edge; nil for none.
	Probe func(ctx context.Context) Probing
	// Releases lists the versions that exist; nil when no catalogue is configured.
	Releases func(ctx context.Context) ([]Version, error)
	Policy   Policy
	Rules    Rules
}

// Probing is a probe that is running.
type Probing interface {
	// Result is what the probe has counted so far.
	Result() ProbeResult
	// Stop ends the probe after its requests under way, and is its last count.
	Stop() ProbeResult
}

// Backups takes, verifies, lists and restores backups outside a run.
type Backups interface {
	Create(ctx context.Context, name string, report func(Progress)) (Backup, error)
	Verify(ctx context.Context, file string, report func(Progress)) (Backup, error)
	List(ctx context.Context) ([]Backup, error)
	// Prune removes what has outlived its time, but never the last verified backup nor
	// what is spared, backups by their file or all that belongs to a run, and tells what
	// that was, also when it fails.
	Prune(ctx context.Context, now time.Time, spared ...string) (string, error)
	// Drill restores a backup to the side, the newest verified one when the name is
	// empty, and tells what that has shown. Whatever happens, nothing of it stays.
	Drill(ctx context.Context, name string, report func(Progress)) (Drill, error)
	// RestoreInto restores a backup into a new database, and leaves it there. Until it is
	// whole there is none of that name.
	RestoreInto(ctx context.Context, file, into string, report func(Progress)) (Restored, error)
	// Retention tells what a Prune of that moment would remove, and why.
	Retention(ctx context.Context, now time.Time, spared ...string) ([]Retained, error)
}

// Verifier runs the post-upgrade checks. A zero version expects nothing.
type Verifier interface {
	Verify(ctx context.Context, expected Version) (Report, error)
}

// OperatorOptions are what an Operator is made of.
type OperatorOptions struct {
	Journal      Journal
	Leases       Leases
	Environments []Environment
	Groups       Groups // nil where there is no Slack
	Log          *logrus.Entry
}

// Operator is what Slack, the command line and the scheduler call. It enforces
// policy, writes every decision to the journal, and executes approved runs.
type Operator struct {
	journal Journal
	leases  Leases
	groups  Groups
	log     *logrus.Entry
	owner   string
	hub     *hub
	wake    chan struct{}

	mu           sync.RWMutex
	environments []Environment
}

// NewOperator is an operator over its parts. Nothing runs before Serve.
func NewOperator(opts OperatorOptions) *Operator {
	return &Operator{
		journal: opts.Journal, leases: opts.Leases, groups: opts.Groups, log: opts.Log,
		owner: newOwner(), hub: newHub(), wake: make(chan struct{}, 1), environments: opts.Environments,
	}
}

// SetEnvironments replaces the environments, as a reload of the configuration
// does. Runs under way keep those they began with.
func (o *Operator) SetEnvironments(environments []Environment) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.environments = environments
}

// SetGroups gives the operator the resolver of user groups, which may come up
// later than the operator itself.
func (o *Operator) SetGroups(groups Groups) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.groups = groups
}

// Environments are the names in configuration order; the first is the default.
func (o *Operator) Environments() []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	names := make([]string, len(o.environments))
	for i, e := range o.environments {
		names[i] = e.Name
	}
	return names
}

func (o *Operator) environment(name string) (Environment, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, e := range o.environments {
		if e.Name == name {
			return e, nil
		}
	}
	var known []string
	for _, e := range o.environments {
		known = append(known, e.Name)
	}
	return Environment{}, &Refusal{Why: fmt.Sprintf("there is no environment %q", name), Try: known}
}

// Run is the run with this ID.
func (o *Operator) Run(ctx context.Context, id string) (Run, error) {
	events, err := o.journal.Events(ctx, id, 0)
	if errors.Is(err, ErrNoRun) {
		return Run{}, Refuse(fmt.Sprintf("there is no run %q", id), "history")
	}
	if err != nil {
		return Run{}, fmt.Errorf("read run %s: %w", id, err)
	}
	return Fold(events), nil
}

// Events is the audit trail of a run.
func (o *Operator) Events(ctx context.Context, id string, after int) ([]Event, error) {
	return o.journal.Events(ctx, id, after)
}

// History lists the newest runs of an environment; all environments when empty.
func (o *Operator) History(ctx context.Context, environment string, limit int) ([]Run, error) {
	return o.runs(ctx, RunQuery{Environment: environment, Limit: limit})
}

func (o *Operator) runs(ctx context.Context, q RunQuery) ([]Run, error) {
	ids, err := o.journal.Runs(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	runs := make([]Run, 0, len(ids))
	for _, id := range ids {
		run, err := o.Run(ctx, id)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// Watch tells of every change of a run, or of all runs when id is empty, until
// ctx ends. A slow reader gets the newest update of each run.
func (o *Operator) Watch(ctx context.Context, id string) <-chan Update {
	return o.hub.watch(ctx, id)
}

// decide appends the event that judge makes of the run as it is, and judges anew
// when somebody else was faster. A nil event changes nothing.
func (o *Operator) decide(ctx context.Context, id string, judge func(Run) (*Event, error)) (Run, error) {
	for {
		run, err := o.Run(ctx, id)
		if err != nil {
			return Run{}, err
		}
		e, err := judge(run)
		if err != nil || e == nil {
			return run, err
		}
		e.Run, e.Seq, e.At = run.ID, run.Seq+1, time.Now().UTC()
		err = o.journal.Append(ctx, *e)
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return run, fmt.Errorf("record %s of run %s: %w", e.Kind, id, err)
		}
		run = run.apply(*e)
		o.hub.publish(Update{Run: run, Remaining: remaining(run, Progress{})})
		o.record(*e)
		return run, nil
	}
}

// record logs an event on one line.
func (o *Operator) record(e Event) {
	log := o.log.WithFields(logrus.Fields{"run": e.Run, "event": e.Kind, "by": e.Actor.ID})
	if e.Step != "" {
		log = log.WithField("step", e.Step)
	}
	log.Info(cmp.Or(e.Reason, string(e.Kind)))
}

func (o *Operator) kick() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
