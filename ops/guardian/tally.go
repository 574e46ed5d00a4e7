package guardian

import (
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Tally turns readings of counters into what was answered since the reading before.
type Tally struct {
	// Settle is how many readings a process is left in peace when it is new, or its
	// counters began anew: while it fills its caches it is not what it will be.
	Settle int
	last   map[string]settling
}

// NewTally is a tally of readings that are so far apart.
func NewTally(every time.Duration) Tally { return Tally{Settle: int(settle / every)} }

// settling is a process as it was last read.
type settling struct {
	ops.Traffic
	left int // readings until it counts
}

// Since is what was answered since the reading before, a component at a time.
func (t *Tally) Since(readings []Reading) []ops.Traffic {
	if t.last == nil {
		t.last = map[string]settling{}
	}
	var out []ops.Traffic
	for _, r := range readings {
		key := string(r.Component) + " " + r.Process
		before, known := t.last[key]
		switch {
		case !known || restarted(before.Traffic, r.Traffic):
			t.last[key] = settling{r.Traffic, t.Settle}
		case before.left > 0:
			t.last[key] = settling{r.Traffic, before.left - 1}
		default:
			t.last[key] = settling{Traffic: r.Traffic}
			out = add(out, plus(r.Traffic, before.Traffic, -1))
		}
	}
	return out
}

// restarted reports whether any counter went back.
func restarted(before, now ops.Traffic) bool {
	if now.Requests < before.Requests || now.Errors < before.Errors || now.PolicyErrors < before.PolicyErrors ||
		now.Timed < before.Timed || now.Seconds < before.Seconds {
		return true
	}
	for _, b := range before.Buckets {
		if count, ok := upTo(now, b.UpTo); ok && count < b.Count {
			return true
		}
	}
	return false
}
