package bot

import (
	"context"

	"github.com/keeptrusts/ktops/ops"
)

// Service is what the bot asks of the domain; *ops.Operator is one. It checks
// policy itself and answers a no as *ops.Refusal.
type Service interface {
	Proposer
	Decider
	Keeper
	Reader
	Opener
	Adviser
}

// Adviser knows the ways back.
type Adviser interface {
	// Advise tells what going back from a run means now; from the newest that there is
	// something to take back of, when run is empty.
	Advise(ctx context.Context, environment, run string) (ops.Advice, error)
}

// Proposer plans upgrades.
type Proposer interface {
	Environments() []string
	Plan(ctx context.Context, req ops.Request) (ops.Plan, error)
	Propose(ctx context.Context, req ops.Request) (ops.Run, error)
}

// Decider takes people's decisions about a run.
type Decider interface {
	Approve(ctx context.Context, run string, a ops.Approval) (ops.Run, error)
	Reject(ctx context.Context, run string, by ops.Actor, reason string) (ops.Run, error)
	Hold(ctx context.Context, run string, by ops.Actor, reason string) (ops.Run, error)
	Resume(ctx context.Context, run string, by ops.Actor) (ops.Run, error)
	Abort(ctx context.Context, run string, by ops.Actor, reason string) (ops.Run, error)
}

// Keeper looks after an environment between upgrades.
type Keeper interface {
	Verify(ctx context.Context, environment string) (ops.Report, error)
	Backup(ctx context.Context, environment string, by ops.Actor, report func(ops.Progress)) (ops.Backup, error)
	Backups(ctx context.Context, environment string) ([]ops.Backup, error)
	Unlock(ctx context.Context, environment string, by ops.Actor, reason string) (ops.Lease, error)
}

// Reader tells what is and what was.
type Reader interface {
	Status(ctx context.Context, environment string) (ops.Status, error)
	History(ctx context.Context, environment string, limit int) ([]ops.Run, error)
	Run(ctx context.Context, id string) (ops.Run, error)
	Events(ctx context.Context, run string, after int) ([]ops.Event, error)
	Watch(ctx context.Context, run string) <-chan ops.Update
}

// Opener knows when upgrades may run, and opens a closed edge.
type Opener interface {
	// Openings lists the coming openings in which upgrades may run.
	Openings(ctx context.Context, environment string, n int) ([]ops.Opening, error)
	// Scheduled lists the runs that wait for one.
	Scheduled(ctx context.Context, environment string) ([]ops.Run, error)
	// Reopen ends a maintenance now.
	Reopen(ctx context.Context, environment string, by ops.Actor, reason string) (ops.Run, error)
}
