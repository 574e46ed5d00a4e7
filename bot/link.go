package bot

import (
	"errors"
	"sync"
)

// link is whether Slack can reach the bot, and why not.
type link struct {
	mu    sync.Mutex
	cause error // nil: connected
}

var errNotYet = errors.New("not connected to Slack yet")

func (l *link) set(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cause = cause
}

// Connected is nil while Slack can reach the bot, or else says why it cannot. In
// mode HTTP there is no connection that could be missing.
func (b *Bot) Connected() error {
	if !b.socket {
		return nil
	}
	b.link.mu.Lock()
	defer b.link.mu.Unlock()
	return b.link.cause
}
