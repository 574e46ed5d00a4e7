package control

import (
	"context"

	"github.com/keeptrusts/ktops/ops"
)

// Service is what commands ask for: the parts of the daemon's process offer it there,
// see Join, and Client from any other.
type Service interface {
	Operator
	Calendar
	Clocks
	Notices
}

// Operator is what commands ask of the domain; *ops.Operator is one.
type Operator interface {
	Planner
	Decider
	Viewer
	Keeper
}

// Planner plans runs and proposes them.
type Planner interface {
	// Environments are the names in configuration order; the first is the default.
	Environments() []string
	Plan(ctx context.Context, req ops.Request) (ops.Plan, error)
	// Advise tells what going back to before a run means now; the newest run that changed
	// something when none is named.
	Advise(ctx context.Context, environment, run string) (ops.Advice, error)
	Propose(ctx context.Context, req ops.Request) (ops.Run, error)
	// Openings lists the coming openings in which upgrades may run, soonest first.
	Openings(ctx context.Context, environment string, n int) ([]ops.Opening, error)
}

// Decider takes people's decisions about runs.
type Decider interface {
	Approve(ctx context.Context, id string, a ops.Approval) (ops.Run, error)
	Reject(ctx context.Context, id string, by ops.Actor, reason string) (ops.Run, error)
	Hold(ctx context.Context, id string, by ops.Actor, reason string) (ops.Run, error)
	Abort(ctx context.Context, id string, by ops.Actor, reason string) (ops.Run, error)
	Resume(ctx context.Context, id string, by ops.Actor) (ops.Run, error)
	// Reopen ends the maintenance of an environment now.
	Reopen(ctx context.Context, environment string, by ops.Actor, reason string) (ops.Run, error)
}

// Viewer reads what the journal knows, and how an environment is now.
type Viewer interface {
	Status(ctx context.Context, environment string) (ops.Status, error)
	History(ctx context.Context, environment string, limit int) ([]ops.Run, error)
	Run(ctx context.Context, id string) (ops.Run, error)
	Events(ctx context.Context, id string, after int) ([]ops.Event, error)
	// Watch tells of every change of a run, of all runs when id is empty. The
	// channel is closed when ctx ends, and by Client also when the daemon goes.
	Watch(ctx context.Context, id string) <-chan ops.Update
}

// Keeper looks after an environment outside of runs.
type Keeper interface {
	Verify(ctx context.Context, environment string) (ops.Report, error)
	Backup(ctx context.Context, environment string, by ops.Actor, report func(ops.Progress)) (ops.Backup, error)
	Backups(ctx context.Context, environment string) ([]ops.Backup, error)
	VerifyBackup(ctx context.Context, environment, file string, report func(ops.Progress)) (ops.Backup, error)
	// Drill restores a backup to the side and looks at it; the newest verified one when
	// the name is empty.
	Drill(ctx context.Context, environment, name string, by ops.Actor, report func(ops.Progress)) (ops.Drill, error)
	// RestoreInto restores a backup into a new database, which stays.
	RestoreInto(ctx context.Context, environment, file, into string, by ops.Actor, report func(ops.Progress)) (ops.Restored, error)
	// Retention tells what a Prune would remove now, and Prune removes it.
	Retention(ctx context.Context, environment string) (ops.Retention, error)
	Prune(ctx context.Context, environment string, by ops.Actor) (ops.Retention, error)
	Unlock(ctx context.Context, environment string, by ops.Actor, reason string) (ops.Lease, error)
}

// Hello is what a daemon says of itself.
type Hello struct {
	Protocol     int      `json:"protocol"`
	Version      string   `json:"version"`
	PID          int      `json:"pid"`
	Environments []string `json:"environments"`
	// Zones are where the people of each environment read the clock.
	Zones map[string]string `json:"zones"`
}

// Protocol is the version of what is spoken on the socket. Client and daemon are
// one binary, and differ only between an update of the file and a restart.
const Protocol = 3

// Reloaded tells what became of a new configuration.
type Reloaded struct {
	// Changed is what is in force now.
	Changed []string `json:"changed"`
	// NeedsRestart is what differs in the file but stays as it was.
	NeedsRestart []string `json:"needs_restart,omitempty"`
	// Warnings are doubtful things in the new file.
	Warnings []string `json:"warnings,omitempty"`
}
