package ops

import (
	"context"
	"errors"
	"time"
)

// Errors of a Journal that callers branch on.
var (
	// ErrConflict: another event took this sequence number. Fold again and decide anew.
	ErrConflict = errors.New("the run has moved on")
	// ErrBusy: another run of the environment is open.
	ErrBusy = errors.New("another run is open in this environment")
	// ErrFenced: the lease behind the event's token was lost.
	ErrFenced = errors.New("the lease was lost to another runner")
	// ErrNoRun: no run has this ID.
	ErrNoRun = errors.New("no such run")
)

// Journal is the durable record of runs: an append-only list of events each.
type Journal interface {
	// Append stores one event durably before it returns. The event's Seq must
	// follow the run's last (else ErrConflict); a RunProposed begins a run and
	// is refused while another of its environment is open (ErrBusy); an event
	// with a Token is refused once the environment's lease has another
	// (ErrFenced).
	Append(ctx context.Context, e Event) error
	// Events lists a run's events with Seq > after, in order. ErrNoRun.
	Events(ctx context.Context, run string, after int) ([]Event, error)
	// Runs lists the IDs of runs, newest first.
	Runs(ctx context.Context, q RunQuery) ([]string, error)
}

// RunQuery selects runs.
type RunQuery struct {
	Environment string // empty: all
	OpenOnly    bool
	Limit       int // zero: 50
}

// Lease is the right to act on an environment.
type Lease struct {
	Environment string    `json:"environment"`
	Owner       string    `json:"owner"`
	Token       int64     `json:"token"` // grows with every new holder
	Expires     time.Time `json:"expires"`
}

// Leases hands out one lease per environment.
type Leases interface {
	// Acquire takes the lease, or returns the present holder's with ErrHeld.
	Acquire(ctx context.Context, environment, owner string, ttl time.Duration) (Lease, error)
	// Renew extends a lease; ErrFenced when it was lost.
	Renew(ctx context.Context, lease Lease, ttl time.Duration) (Lease, error)
	// Release gives a lease back; one that was lost is left alone.
	Release(ctx context.Context, lease Lease) error
	// Break ends whoever's lease it is and returns it; the zero Lease if there was none.
	Break(ctx context.Context, environment string) (Lease, error)
	// Holder is the living lease of an environment; nil when there is none.
	Holder(ctx context.Context, environment string) (*Lease, error)
}

// ErrHeld means that the lease has another, living owner.
var ErrHeld = errors.New("the environment is locked by another runner")
