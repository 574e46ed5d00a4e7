package control

import (
	"sync"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// progressEvery is as often as a person can follow; pg_dump reports far oftener.
const progressEvery = 250 * time.Millisecond

// Throttle passes on about four reports a second: the first at once, of the others
// the newest. It may be used from any goroutine.
type Throttle struct {
	to      func(ops.Progress)
	mu      sync.Mutex
	sent    time.Time
	waiting *ops.Progress
}

// NewThrottle passes reports on to a function, which is called by one goroutine at
// a time.
func NewThrottle(to func(ops.Progress)) *Throttle { return &Throttle{to: to} }

// Report passes p on, or keeps it until the next report is due.
func (t *Throttle) Report(p ops.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.sent) < progressEvery {
		t.waiting = &p
		return
	}
	t.sent, t.waiting = time.Now(), nil
	t.to(p)
}

// Flush passes on the last report, when it still waits.
func (t *Throttle) Flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting != nil {
		t.to(*t.waiting)
		t.waiting = nil
	}
}
