package ops

import (
	"context"
	"time"
)

// Edge is the proxy in front of an environment, as far as it can be closed.
type Edge interface {
	// Look tells how the edge is. It changes nothing.
	Look(ctx context.Context) (EdgeState, error)
	// Close has callers answered with 503, a page and Retry-After, and returns once
	// the edge was seen to do so; on an error the edge is as it was before. Closing a
	// closed edge changes what the page says, and who the closure belongs to.
	Close(ctx context.Context, c Closure) error
	// Open lets callers through and returns once the edge was seen to do so. Opening
	// an open edge does nothing.
	Open(ctx context.Context) error
	// Draining tells what the edge still serves from before it was closed.
	Draining(ctx context.Context) (Draining, error)
}

// EdgeState is how an edge is.
type EdgeState struct {
	// Closed is why the edge is closed; nil when it is open.
	Closed *Closure `json:"closed,omitempty"`
	// Findings tell what would keep it from being closed, and what is doubtful.
	Findings []Finding `json:"findings,omitempty"`
}

// Closure is what a closed edge tells its callers.
type Closure struct {
	Environment string `json:"environment"`
	// Run is the run that closed the edge and will open it again.
	Run   string    `json:"run"`
	Since time.Time `json:"since"`
	// At is when this was said: a closure that nobody renews is nobody's.
	At time.Time `json:"at"`
	// Back is when the platform is expected to be back.
	Back time.Time `json:"back"`
	// Doing says what happens, for callers: "upgrade to 3.0.0".
	Doing string `json:"doing"`
	// Now says what happens at this moment: "start api".
	Now string `json:"now,omitempty"`
}

// Draining is what an edge still serves from before it was closed.
type Draining struct {
	// Workers counts the processes that still have something to do.
	Workers int `json:"workers"`
	// Streams counts their answers under way; -1 when they cannot be counted.
	Streams int `json:"streams"`
}

// Maintenance asks for the edge to be closed for a while.
type Maintenance struct {
	For time.Duration `json:"for"`
}
