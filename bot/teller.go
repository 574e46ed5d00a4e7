package bot

import (
	"sync"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
)

// teller passes on a card of progress now and then, and the last one always.
type teller struct {
	gap  time.Duration
	tell func(cards.Card)

	mu   sync.Mutex
	last time.Time
}

func newTeller(gap time.Duration, tell func(cards.Card)) *teller {
	return &teller{gap: gap, tell: tell}
}

func (t *teller) maybe(card cards.Card) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.last) >= t.gap {
		t.last = time.Now()
		t.tell(card)
	}
}

func (t *teller) now(card cards.Card) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = time.Now()
	t.tell(card)
}

// said tells whether anything was passed on yet.
func (t *teller) said() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.last.IsZero()
}
