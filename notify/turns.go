package notify

import (
	"sync"

	"github.com/keeptrusts/ktops/notify/store"
)

// sendersMost is how many messages one channel is given at a time.
const sendersMost = 2

// turns are the readers being sent to, each with the delivery that is under way.
type turns struct {
	mu    sync.Mutex
	taken map[store.Reader]int64
}

// take gives a delivery its turn: one at a time for each reader, and only so many for
// a channel, so that one that hangs does not hold others.
func (t *turns) take(d store.Delivery) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, busy := t.taken[reader(d)]; busy {
		return false
	}
	senders := 0
	for r := range t.taken {
		if r.Channel == d.Channel {
			senders++
		}
	}
	if senders >= sendersMost {
		return false
	}
	t.taken[reader(d)] = d.ID
	return true
}

// end gives the reader's turn back.
func (t *turns) end(d store.Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, reader(d))
}

// current are the deliveries under way.
func (t *turns) current() map[int64]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := map[int64]bool{}
	for _, id := range t.taken {
		ids[id] = true
	}
	return ids
}

func reader(d store.Delivery) store.Reader {
	return store.Reader{Channel: d.Channel, Recipient: d.Recipient}
}
