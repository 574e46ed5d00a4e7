package scheduler

import (
	"context"

	"github.com/keeptrusts/ktops/ops"
)

// Operator is what the scheduler asks of the domain: *ops.Operator.
type Operator interface {
	Runs
	Upgrades
	Upkeep
	// Environments are the names of all.
	Environments() []string
	// MayControl refuses who may not steer the windows of an environment.
	MayControl(ctx context.Context, environment string, by ops.Actor) error
}

// Runs tells of runs.
type Runs interface {
	Run(ctx context.Context, id string) (ops.Run, error)
	History(ctx context.Context, environment string, limit int) ([]ops.Run, error)
	// Scheduled lists the runs that wait for a window, soonest first.
	Scheduled(ctx context.Context, environment string) ([]ops.Run, error)
	Watch(ctx context.Context, id string) <-chan ops.Update
}

// Upgrades has runs begin in their windows, or not.
type Upgrades interface {
	Propose(ctx context.Context, req ops.Request) (ops.Run, error)
	Begin(ctx context.Context, id string) (ops.Run, error)
	Miss(ctx context.Context, id, reason string) (ops.Run, error)
}

// Upkeep is what happens in windows beside upgrades.
type Upkeep interface {
	Backup(ctx context.Context, environment string, by ops.Actor, report func(ops.Progress)) (ops.Backup, error)
	Verify(ctx context.Context, environment string) (ops.Report, error)
	Drill(ctx context.Context, environment, name string, by ops.Actor, report func(ops.Progress)) (ops.Drill, error)
}

// Announcer tells people about an occurrence that was missed or that something went
// wrong in. It is called again until it returned nil, also after a restart, and so
// must take the same occurrence once.
type Announcer interface {
	Raise(ctx context.Context, o ops.Occurrence) error
}
