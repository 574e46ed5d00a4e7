package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/retry"
	"github.com/keeptrusts/ktops/notify/store"
)

const (
	// retryFirst and retryMost bound the waits between tries of one message.
	retryFirst = 2 * time.Second
	retryMost  = time.Minute
	// longestTry bounds one try, whatever a channel does.
	longestTry = 3 * time.Minute
	// stopGrace is how long a try may go on when ktops stops: one that is cut off is
	// made again.
	stopGrace = 3 * time.Second
	// longestError is how much of an error is kept.
	longestError = 500
)

func (o *Outbox) about(d store.Delivery) *logrus.Entry {
	return o.log.WithFields(logrus.Fields{"notice": d.Notice.Key, "channel": d.Channel, "attempt": d.Attempts})
}

// deliver makes one try at a message and records what came of it.
func (o *Outbox) deliver(ctx context.Context, d store.Delivery, route Route) {
	m, err := o.compose(d, route)
	if err != nil {
		o.failed(ctx, d, Permanent(err))
		return
	}
	claimed, err := o.store.Claim(ctx, d)
	if err != nil {
		if ctx.Err() == nil {
			o.about(d).WithError(err).Error("cannot record that a notice is being sent; it is not sent now")
			pause(ctx, retryFirst)
		}
		return
	}
	if !claimed {
		o.record(ctx, d, store.Withdrawn)
		return
	}
	d.Attempts++
	trying, cancel := context.WithDeadline(context.WithoutCancel(ctx), earlier(time.Now().Add(longestTry), d.Notice.Deadline))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })()
	err = send(trying, route.Channel, m)
	switch {
	case err == nil:
		d.Error = ""
		o.about(d).Info("notice sent")
		o.record(ctx, d, store.Sent)
	case ctx.Err() != nil: // ktops stops; when it is not known whether it arrived, it is sent again
	default:
		o.failed(ctx, d, err)
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

// compose is the message in the configured words; when these do not fit the facts, in
// the built-in ones, for plain words are better than none.
func (o *Outbox) compose(d store.Delivery, route Route) (Message, error) {
	n, err := unpack(d.Notice)
	if err != nil {
		return Message{}, err
	}
	o.mu.Lock()
	templates, statusURL := o.templates, o.statusURL
	o.mu.Unlock()
	m, err := templates.message(n, route.Audience, statusURL)
	if err != nil && templates.builtin != nil {
		o.about(d).WithError(err).Warn("the configured words do not fit a notice; the built-in ones are used")
		m, err = templates.builtin.message(n, route.Audience, statusURL)
	}
	m.To = d.Recipient
	return m, err
}

// failed decides what becomes of a message that was not taken.
func (o *Outbox) failed(ctx context.Context, d store.Delivery, err error) {
	d.Error = shortened(err.Error())
	if IsPermanent(err) {
		o.about(d).WithError(err).Error("a notice is given up: it will never be taken")
		o.record(ctx, d, store.Failed)
		return
	}
	wait := max(retry.Delay(d.Attempts, retryFirst, retryMost), retryAfter(err))
	d.NextAt = time.Now().Add(wait)
	o.about(d).WithError(err).WithField("again_in", wait.Round(time.Millisecond)).Warn("a notice was not taken")
	o.record(ctx, d, store.Pending)
}

// record writes what is known now, also when ctx has just ended. It insists: a reader
// whose message is not recorded as sent would get it again.
func (o *Outbox) record(ctx context.Context, d store.Delivery, state store.State) {
	d.State = state
	for {
		err := o.store.Save(context.WithoutCancel(ctx), d)
		if err == nil {
			break
		}
		o.about(d).WithError(err).Error("cannot record what became of a notice")
		if ctx.Err() != nil {
			return
		}
		pause(ctx, retryFirst)
	}
	switch state {
	case store.Sent:
		o.metrics.Sent.WithLabelValues(d.Channel).Inc()
	case store.Failed, store.Expired:
		o.metrics.Lost.WithLabelValues(d.Channel, string(state)).Inc()
	}
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
