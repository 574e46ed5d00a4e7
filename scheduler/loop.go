package scheduler

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// napTime is the longest that the loop does not look at the wall clock.
	napTime = 20 * time.Second
	// lookAgain is how often it looks at the database without an occasion.
	lookAgain = 5 * time.Minute
)

// loop is the scheduler at work.
type loop struct {
	*Scheduler
	working sync.WaitGroup
	// mine are the occurrences and proposals that this loop is working on.
	mine *claims
	// seen are the signs of life of others who work in occurrences, proposers those
	// who propose into them.
	seen, proposers sightings
	// next is when the next pass is due, last when the clock was looked at.
	next, last time.Time
}

// Run opens windows until ctx ends, and then leaves what is open to the next start.
func (s *Scheduler) Run(ctx context.Context) error {
	l := &loop{Scheduler: s, mine: newClaims(), seen: sightings{}, proposers: sightings{}}
	defer l.working.Wait()
	for ctx.Err() == nil {
		now := s.now()
		if !now.Before(l.next) || now.Before(l.last) {
			if err := l.pass(ctx, now); err != nil && ctx.Err() == nil {
				s.log.WithError(err).Warn("cannot look after the windows; trying again")
				l.next = now.Add(napTime)
			}
		}
		l.last = now
		l.nap(ctx)
	}
	return nil
}

// nap waits for the next moment of interest, but not long: a timer does not see that
// the clock was set or that the machine slept.
func (l *loop) nap(ctx context.Context) {
	timer := time.NewTimer(max(min(l.next.Sub(l.now()), napTime), 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-l.wake:
		l.next = time.Time{}
	}
}

// pass looks at everything once. What fails does not keep the rest from being done.
func (l *loop) pass(ctx context.Context, now time.Time) error {
	plan, operator, announcer := l.parts()
	if operator == nil {
		l.next = now.Add(napTime)
		return nil
	}
	l.next = now.Add(lookAgain)
	var failed error
	for _, w := range plan.Windows {
		next, err := l.consider(ctx, operator, w, now)
		failed = errors.Join(failed, err)
		if err == nil {
			l.lookBy(next)
		}
		failed = errors.Join(failed, l.pin(ctx, operator, w, now))
	}
	failed = errors.Join(failed, l.takeOver(ctx, operator, now), l.sweep(ctx, operator, plan, now))
	if announcer != nil {
		failed = errors.Join(failed, l.announce(ctx, announcer))
	}
	return failed
}

// lookBy has the next pass come no later than at.
func (l *loop) lookBy(at time.Time) {
	if at.Before(l.next) {
		l.next = at
	}
}

// announce tells people of what went wrong, and remembers that it did.
func (l *loop) announce(ctx context.Context, announcer Announcer) error {
	untold, err := l.store.Untold(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, o := range untold {
		err := announcer.Raise(ctx, o.Occurrence)
		if err == nil {
			err = l.store.Tell(ctx, o.Occurrence)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}
