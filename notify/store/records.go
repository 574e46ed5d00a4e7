package store

import "time"

// Notice is a notice as it is stored.
type Notice struct {
	ID          int64
	Key         string
	Environment string
	Kind        string
	Run         string
	At          time.Time
	Deadline    time.Time
	Payload     string // the rest, which no query looks at
}

// State is where a delivery is.
type State string

// The states of a delivery. Pending and Sending are unsent; a delivery is Sending
// from just before its try until it is known what came of it.
const (
	Pending   State = "pending"
	Sending   State = "sending"
	Sent      State = "sent"
	Expired   State = "expired"   // its deadline passed
	Failed    State = "failed"    // the other side will never take it
	Withdrawn State = "withdrawn" // it was not to be told any more
	Waiting   State = "waiting"   // of a whole notice: its time has not come
	Nobody    State = "nobody"    // of a whole notice: no channel takes it
)

// Delivery is one notice for one reader of one channel.
type Delivery struct {
	ID        int64
	Notice    Notice
	Channel   string
	Recipient string
	State     State
	Attempts  int
	NextAt    time.Time
	Error     string
	DoneAt    time.Time
}

// Reader is one recipient of a channel.
type Reader struct{ Channel, Recipient string }
