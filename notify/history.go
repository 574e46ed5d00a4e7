package notify

import (
	"context"
	"time"
)

// Told is what became of a notice for one reader.
type Told struct {
	Notice      string    `json:"notice"` // its key
	Environment string    `json:"environment"`
	Kind        Kind      `json:"kind"`
	Run         string    `json:"run,omitempty"`
	At          time.Time `json:"at"`
	Channel     string    `json:"channel,omitempty"`
	Recipient   string    `json:"recipient,omitempty"`
	// State is pending, sending, sent, expired, failed or withdrawn; of a notice that
	// went to nobody yet waiting, and nobody where no channel takes it.
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	Error    string    `json:"error,omitempty"`
	Done     time.Time `json:"done,omitzero"`
}

// History lists what became of the newest notices of an environment, newest first; of
// all environments when it is empty.
func (o *Outbox) History(ctx context.Context, environment string, limit int) ([]Told, error) {
	stored, err := o.store.History(ctx, environment, limit)
	told := make([]Told, 0, len(stored))
	for _, d := range stored {
		n := d.Notice
		told = append(told, Told{Notice: n.Key, Environment: n.Environment, Kind: Kind(n.Kind), Run: n.Run, At: n.At,
			Channel: d.Channel, Recipient: d.Recipient, State: string(d.State), Attempts: d.Attempts, Error: d.Error, Done: d.DoneAt})
	}
	return told, err
}
