package notify

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Channel brings messages to people.
type Channel interface {
	// Send returns once the other side has taken the message. An error is worth
	// another try unless it is Permanent. A message may be sent again with the same
	// key after its first try seemed to fail; the channel makes it recognisable.
	Send(ctx context.Context, m Message) error
}

// Route is a channel with who reads it.
type Route struct {
	// Name is unique; metrics and logs tell it.
	Name     string
	Audience Audience
	// Environments that it hears of; empty: all.
	Environments []string
	// Recipients each get a message of their own, so that one who cannot be reached
	// keeps nothing from the others; empty: the channel gets one message.
	Recipients []string
	Channel    Channel
}

// takes reports whether a notice goes this way.
func (r Route) takes(n Notice) bool {
	return n.hears(r.Audience) && (len(r.Environments) == 0 || slices.Contains(r.Environments, n.Environment))
}

// readers are the recipients, or one without a name.
func (r Route) readers() []string {
	if len(r.Recipients) == 0 {
		return []string{""}
	}
	return r.Recipients
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error after which sending again is of no use.
func Permanent(err error) error { return permanent{err} }

// IsPermanent reports whether sending again is of no use.
func IsPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

type later struct {
	error
	wait time.Duration
}

func (l later) Unwrap() error { return l.error }

// RetryAfter marks an error that names how long to wait before another try.
func RetryAfter(err error, wait time.Duration) error { return later{err, wait} }

// retryAfter is how long an error asks to wait; zero when it does not say.
func retryAfter(err error) time.Duration {
	var l later
	if errors.As(err, &l) {
		return l.wait
	}
	return 0
}
