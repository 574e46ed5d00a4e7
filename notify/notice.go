package notify

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Notice is one thing to tell people.
type Notice struct {
	// Key is unique for ever: a notice whose key is known is not told again.
	Key         string
	Environment string
	Kind        Kind
	// Run is the run it is about; empty when it is about none.
	Run string
	// At is when it is to be sent, which may be in the future.
	At time.Time
	// Deadline is when it is too late to send it; it is then recorded as expired.
	Deadline time.Time
	// Audiences narrow who is told; by default those of the kind.
	Audiences []Audience
	Facts     Facts
}

// check refuses what could never be told.
func (n Notice) check() error {
	switch {
	case n.Key == "":
		return errors.New("a notice has no key")
	case !slices.Contains(Kinds(), n.Kind):
		return fmt.Errorf("there is no kind of notice %q", n.Kind)
	case n.At.IsZero() || !n.Deadline.After(n.At):
		return fmt.Errorf("notice %s has no time in which it may be sent", n.Key)
	}
	return nil
}

// lateness is how late a notice of something to come may be: a quarter of how long
// before it was meant, and never more than 15 minutes.
func lateness(lead time.Duration) time.Duration { return min(lead/4, 15*time.Minute) }

// patience is how long a notice of something that happened is worth sending.
func patience(kind Kind) time.Duration {
	switch kind {
	case Opened, Overrun, AsksAgain:
		return 2 * time.Hour
	case Alarm:
		return 72 * time.Hour
	}
	return 24 * time.Hour
}
