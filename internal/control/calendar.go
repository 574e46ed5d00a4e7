package control

import (
	"context"

	"github.com/keeptrusts/ktops/ops"
)

// Calendar is what commands ask of who keeps the windows and freezes;
// *scheduler.Scheduler is one. An empty environment means all of them.
type Calendar interface {
	Windows(ctx context.Context, environment string) ([]ops.WindowState, error)
	// Occurrences is what became of the windows so far, newest first.
	Occurrences(ctx context.Context, environment string, limit int) ([]ops.Occurrence, error)
	// SkipWindow leaves out the window's next opening; RunWindow opens it now.
	SkipWindow(ctx context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error)
	RunWindow(ctx context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error)
	// Freezes lists those that are not over, soonest first.
	Freezes(ctx context.Context, environment string) ([]ops.Freeze, error)
	Freeze(ctx context.Context, f ops.Freeze) (ops.Freeze, error)
	Unfreeze(ctx context.Context, environment, id string, by ops.Actor) (ops.Freeze, error)
}

// Clocks tell in which zone the people of an environment read the clock.
type Clocks interface {
	Zone(environment string) string
}

// Join makes one service of the parts of a process.
func Join(operator Operator, calendar Calendar, clocks Clocks, notices Notices) Service {
	return joined{operator, calendar, clocks, notices}
}

type joined struct {
	Operator
	Calendar
	Clocks
	Notices
}
