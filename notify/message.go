package notify

import "time"

// Message is a notice in words, for one reader of one channel.
type Message struct {
	// Key is the notice's: the same when the message is sent again.
	Key         string
	Environment string
	Kind        Kind
	Run         string
	Audience    Audience
	// To is the recipient, in channels that have several.
	To string
	// At is when the notice was meant to be sent.
	At time.Time
	// Deadline is when it must not be sent any more.
	Deadline time.Time
	Subject  string // one line
	Text     string
	HTML     string
	Facts    Facts
	// StatusURL is where the environment's status is to be seen; may be empty.
	StatusURL string
	// Invitation puts the window into calendars, or takes it out; nil for none.
	Invitation *Invitation
}

// Invitation is an appointment for a maintenance window.
type Invitation struct {
	// UID is the same for all invitations to one window.
	UID string
	// Sequence grows when the appointment changes (RFC 5546, 2.1.4).
	Sequence  int
	Cancelled bool
	Starts    time.Time
	Ends      time.Time
}

// invitation is that of kinds which concern an appointment.
func invitation(n Notice) *Invitation {
	f := n.Facts
	if (n.Kind != Upcoming && n.Kind != Cancelled) || f.Thread == "" || f.Opens.IsZero() || !f.Closes.After(f.Opens) {
		return nil
	}
	return &Invitation{
		UID: f.Thread + "@ktops", Sequence: sequence(n.At), Cancelled: n.Kind == Cancelled,
		Starts: f.Opens, Ends: f.Closes,
	}
}

// sequence grows with time, so that what is said last counts, also when a window is
// announced again after it was cancelled.
func sequence(at time.Time) int {
	return int(max(at.Sub(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)), 0) / time.Second)
}
