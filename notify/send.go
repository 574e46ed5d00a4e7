package notify

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/notify/store"
)

const (
	// retryFirst and retryMost bound the waits between tries of one message.
	retryFirst = 2 * time.Second
	retryMost  = time.Minute
	// longestTry bounds one try, whatever a channel does.
	longestTry = 3 * time.Minute
	// longestError is how much of an error is kept.
	longestError = 500
)

// sendDue starts sending the first message of every reader that may go on, and tells
// when the next may.
func (o *Outbox) sendDue(ctx context.Context, sending *sync.WaitGroup) (time.Duration, error) {
	busy := o.busyNow()
	heads, err := o.store.Heads(ctx)
	if err != nil {
		return idle, err
	}
	o.measure(ctx)
	wait := idle
	for _, d := range heads {
		reader := store.Reader{Channel: d.Channel, Recipient: d.Recipient}
		if busy[reader] {
			continue // its state may have changed since it was read; its end wakes us
		}
		left := time.Until(d.NextAt)
		if until := time.Until(d.Notice.Deadline); until < left {
			left = until // to record that it is too late
		}
		if left > 0 {
			wait = min(wait, left)
			continue
		}
		if !o.claim(reader) {
			continue // the end of another wakes us
		}
		sending.Go(func() {
			o.deliver(ctx, d)
			o.release(reader)
			o.kick()
		})
	}
	return wait, nil
}

func (o *Outbox) measure(ctx context.Context) {
	depth, err := o.store.Depth(ctx)
	if err != nil {
		return // the error that Heads had, or will have, is told
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

// busyNow are the readers being sent to. Only sendDue adds to them.
func (o *Outbox) busyNow() map[store.Reader]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.busy)
}

// claim takes a reader's turn; a channel has only so many at a time, so that one that
// hangs does not hold others.
func (o *Outbox) claim(r store.Reader) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[r] || o.sending[r.Channel] >= sendersMost {
		return false
	}
	o.busy[r] = true
	o.sending[r.Channel]++
	return true
}

func (o *Outbox) release(r store.Reader) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, r)
	o.sending[r.Channel]--
}

// route is where a channel's messages go now; false when it is configured no more.
func (o *Outbox) route(channel string) (Route, *Templates, string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.routes {
		if r.Name == channel {
			return r, o.templates, o.statusURL, true
		}
	}
	return Route{}, nil, "", false
}

// deliver makes one try at a message and records what came of it.
func (o *Outbox) deliver(ctx context.Context, d store.Delivery) {
	log := o.log.WithFields(logrus.Fields{"notice": d.Notice.Key, "channel": d.Channel, "attempt": d.Attempts + 1})
	route, templates, statusURL, known := o.route(d.Channel)
	switch {
	case d.Withdrawn:
		o.record(ctx, d, store.Withdrawn, log)
		return
	case !time.Now().Before(d.Notice.Deadline):
		log.WithField("last_error", d.Error).Error("a notice could not be sent in time and is not sent any more")
		o.record(ctx, d, store.Expired, log)
		return
	case !known:
		d.NextAt, d.Error = d.Notice.Deadline, "the channel is configured no more"
		o.record(ctx, d, store.Pending, log)
		return
	}
	m, err := o.compose(d, route, templates, statusURL)
	if err != nil {
		o.failed(ctx, d, Permanent(err), log)
		return
	}
	d.State, d.Attempts, d.NextAt = store.Sending, d.Attempts+1, time.Now()
	if err := o.store.Save(ctx, d); err != nil {
		if ctx.Err() == nil {
			log.WithError(err).Error("cannot record that a notice is being sent; it is not sent now")
			pause(ctx, retryFirst)
		}
		return
	}
	trying, cancel := context.WithDeadline(ctx, earlier(time.Now().Add(longestTry), d.Notice.Deadline))
	defer cancel()
	err = send(trying, route.Channel, m)
	switch {
	case err == nil:
		log.Info("notice sent")
		d.Error = ""
		o.record(ctx, d, store.Sent, log)
	case ctx.Err() != nil: // ktops stops; whether it arrived is not known, and it is sent again
	default:
		o.failed(ctx, d, err, log)
	}
}

// send guards against a channel that panics: the next start would meet it again.
func send(ctx context.Context, c Channel, m Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("send: %v", p)
		}
	}()
	return c.Send(ctx, m)
}

func (o *Outbox) compose(d store.Delivery, route Route, templates *Templates, statusURL string) (Message, error) {
	n, err := unpack(d.Notice)
	if err != nil {
		return Message{}, err
	}
	m, err := templates.message(n, route.Audience, statusURL)
	m.To = d.Recipient
	return m, err
}

// failed decides what becomes of a message that was not taken.
func (o *Outbox) failed(ctx context.Context, d store.Delivery, err error, log *logrus.Entry) {
	d.Error = shortened(err.Error())
	if IsPermanent(err) {
		log.WithError(err).Error("a notice is given up: it will never be taken")
		o.record(ctx, d, store.Failed, log)
		return
	}
	wait := max(delay(d.Attempts), retryAfter(err))
	d.NextAt = earlier(time.Now().Add(wait), d.Notice.Deadline)
	log.WithError(err).WithField("again_in", time.Until(d.NextAt).Round(time.Millisecond)).Warn("a notice was not taken")
	o.record(ctx, d, store.Pending, log)
}

// record writes what is known now, also when ctx has just ended.
func (o *Outbox) record(ctx context.Context, d store.Delivery, state store.State, log *logrus.Entry) {
	d.State = state
	if err := o.store.Save(context.WithoutCancel(ctx), d); err != nil {
		log.WithError(err).Error("cannot record what became of a notice; it is sent again")
		pause(ctx, retryFirst)
		return
	}
	switch state {
	case store.Sent:
		o.metrics.Sent.WithLabelValues(d.Channel).Inc()
	case store.Failed, store.Expired:
		o.metrics.Lost.WithLabelValues(d.Channel, string(state)).Inc()
	}
}

// delay is how long to wait after so many tries.
func delay(attempts int) time.Duration {
	b := &backoff.ExponentialBackOff{InitialInterval: retryFirst, RandomizationFactor: 0.2, Multiplier: 2, MaxInterval: retryMost}
	b.Reset()
	wait := b.NextBackOff()
	for range min(attempts, 10) - 1 {
		wait = b.NextBackOff()
	}
	return wait
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func shortened(s string) string {
	if r := []rune(s); len(r) > longestError {
		return string(r[:longestError-1]) + "…"
	}
	return s
}
