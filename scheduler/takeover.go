package scheduler

import (
	"context"
	"time"
)

// takeOver goes on with occurrences that were left open: given back, opened by hand,
// or of an owner that gives no signs of life any more.
func (l *loop) takeOver(ctx context.Context, operator Operator, now time.Time) error {
	open, err := l.store.Open(ctx)
	if err != nil {
		return err
	}
	still := sightings{}
	for _, o := range open {
		id := name(o.Environment, o.Opening)
		if o.Owner == l.owner {
			l.attend(ctx, operator, o.Environment, o.Opening) // unless that is what it does already
			continue
		}
		silent := l.seen.still(id, o.Owner, o.Beat)
		if o.Owner != "" && silent < deadAfter {
			still[id] = l.seen[id]
			continue
		}
		taken, err := l.store.Take(ctx, o, l.owner, now)
		if err != nil {
			return err
		}
		if !taken {
			continue
		}
		if o.Owner != "" {
			l.log.WithFields(fields(o)).Warn("going on in a window that its scheduler has left")
		}
		l.attend(ctx, operator, o.Environment, o.Opening)
	}
	if l.seen = still; len(still) > 0 {
		l.lookBy(now.Add(beatEvery))
	}
	return nil
}
