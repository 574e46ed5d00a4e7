package compose

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/moby/moby/api/types/container"
)

// windowLooks is how often health is looked at in a window: every second is one
// more in which nobody is served.
const windowLooks = 100 * time.Millisecond

// brisk is the patience of a window.
func (p *Platform) brisk() patience {
	return patience{interval: windowLooks, limit: p.options.HealthTimeout, healthy: p.answering}
}

// migrating is the patience with a container that has migrations to apply. They
// may take hours, and to give up then would throw them away: whenever the time is
// over, it begins anew while the database says that it is being changed, or, where
// it does not answer, while the API does not listen yet, as none does before its
// migrations are through. One that crashes is found at once, and one that is stuck
// for another reason once its time is over.
func (p *Platform) migrating() patience {
	patient := p.brisk()
	patient.busy = func(ctx context.Context, why error, since time.Duration) bool {
		switch {
		case since > p.options.MigrationTimeout:
			return false
		case why == nil, errors.Is(why, errMigrating):
			return true
		case p.options.Migrating != nil:
			busy, err := p.options.Migrating(ctx)
			if err == nil {
				return busy
			}
			p.log.WithError(err).Warn("cannot ask the database whether it is being migrated")
		}
		return errors.Is(why, syscall.ECONNREFUSED)
	}
	return patient
}

// answering is health without the wait for Docker's first verdict, which an image
// may give only half a minute after its start: the endpoint has to answer, and the
// verification that follows looks deeper.
func (p *Platform) answering(ctx context.Context, i instance, s ServiceOptions) error {
	if h := i.state.Health; h != nil && h.Status == container.Starting {
		state := *i.state
		state.Health = nil
		i.state = &state
	}
	return p.health(ctx, i, s)
}
