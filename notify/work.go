package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/keeptrusts/ktops/notify/store"
)

const (
	// idle is how often the outbox is looked through without being told.
	idle = time.Minute
	// keep is how long the history of notices goes back.
	keep = 90 * 24 * time.Hour
)

// Run sends until ctx ends, and then waits for what is being sent.
func (o *Outbox) Run(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	var pruned time.Time
	for {
		if time.Since(pruned) > 24*time.Hour {
			if err := o.store.Prune(ctx, time.Now().Add(-keep)); err != nil && ctx.Err() == nil {
				o.log.WithError(err).Warn("cannot forget old notices")
			}
			pruned = time.Now()
		}
		wait, err := o.work(ctx, &sending)
		if err != nil && ctx.Err() == nil {
			o.log.WithError(err).Error("cannot work on the outbox of notices")
			wait = idle
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-o.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// work does what is to be done now, and tells when to look again.
func (o *Outbox) work(ctx context.Context, sending *sync.WaitGroup) (time.Duration, error) {
	next, spreading := o.spread(ctx)
	expiring := o.expire(ctx)
	wait, starting := o.start(ctx, sending)
	if !next.IsZero() {
		wait = min(wait, max(time.Until(next), 0))
	}
	o.measure(ctx)
	return wait, errors.Join(spreading, expiring, starting)
}

// spread makes each notice whose time has come one delivery for each reader, and tells
// when the next one's time comes.
func (o *Outbox) spread(ctx context.Context) (time.Time, error) {
	o.mu.Lock()
	routes := o.routes
	o.mu.Unlock()
	for {
		due, next, err := o.store.Due(ctx, time.Now())
		if err != nil || len(due) == 0 {
			return next, err
		}
		for _, stored := range due {
			n, err := unpack(stored)
			if err != nil {
				o.log.WithError(err).Error("a notice is given up")
			}
			var readers []store.Reader
			for _, r := range routes {
				if err != nil || !r.takes(n) {
					continue
				}
				for _, to := range r.readers() {
					readers = append(readers, store.Reader{Channel: r.Name, Recipient: to})
				}
			}
			if err := o.store.Spread(ctx, stored.ID, readers, time.Now()); err != nil {
				return next, err
			}
		}
	}
}

// expire gives up what was not sent in time, also what waits behind others.
func (o *Outbox) expire(ctx context.Context) error {
	late, err := o.store.Overdue(ctx, time.Now())
	underWay := o.turns.current()
	for _, d := range late {
		if underWay[d.ID] {
			continue // its try has ended with its deadline, or is about to
		}
		switch {
		case d.State == store.Sending:
			d.Error = "a try was cut off, and whether it arrived is not known"
		case d.Attempts == 0:
			d.Error = "ktops did not run, or it waited behind others"
		}
		o.about(d).WithField("last_error", d.Error).Error("a notice could not be sent in time and is not sent any more")
		o.record(ctx, d, store.Expired)
	}
	return err
}

// start begins to send the first message of every reader that may go on, and tells
// when the next may.
func (o *Outbox) start(ctx context.Context, sending *sync.WaitGroup) (time.Duration, error) {
	underWay := o.turns.current() // before it is read what is unsent: the end of each wakes us
	heads, err := o.store.Heads(ctx)
	if err != nil {
		return idle, err
	}
	wait := idle
	for _, d := range heads {
		if underWay[d.ID] || !time.Now().Before(d.Notice.Deadline) {
			continue
		}
		route, known := o.route(d.Channel)
		if !known {
			continue
		}
		if left := time.Until(d.NextAt); left > 0 {
			wait = min(wait, left)
			continue
		}
		if !o.turns.take(d) {
			continue
		}
		sending.Go(func() {
			o.deliver(ctx, d, route)
			o.turns.end(d)
			o.kick()
		})
	}
	return wait, nil
}

// route is where a channel's messages go now; false when it is configured no more.
func (o *Outbox) route(channel string) (Route, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.routes {
		if r.Name == channel {
			return r, true
		}
	}
	return Route{}, false
}

func (o *Outbox) measure(ctx context.Context) {
	depth, err := o.store.Depth(ctx)
	if err != nil {
		return // what was wrong with the database is told by those who read it before
	}
	o.metrics.Depth.Reset()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.routes {
		o.metrics.Depth.WithLabelValues(r.Name).Set(0)
	}
	for channel, n := range depth {
		o.metrics.Depth.WithLabelValues(channel).Set(float64(n))
	}
}
