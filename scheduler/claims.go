package scheduler

import (
	"sync"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// claims are what a loop is working on, by name.
type claims struct {
	mu   sync.Mutex
	held map[string]bool
}

func newClaims() *claims { return &claims{held: map[string]bool{}} }

// take is false when it is held already.
func (c *claims) take(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[name] {
		return false
	}
	c.held[name] = true
	return true
}

func (c *claims) drop(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, name)
}

// sightings are the last signs of life of owners, by what they own.
type sightings map[string]sighting

type sighting struct {
	owner string
	beat  int64
	since time.Time // with its monotonic reading, which no setting of the clock moves
}

// still tells for how long the same sign was seen.
func (s sightings) still(name, owner string, beat int64) time.Duration {
	was, ok := s[name]
	if !ok || was.owner != owner || was.beat != beat {
		s[name] = sighting{owner, beat, time.Now()}
		return 0
	}
	return time.Since(was.since)
}

// name tells an occurrence from all others.
func name(environment string, o ops.Opening) string {
	return environment + "/" + o.Window + "/" + o.Key
}
