package guardian

import (
	"github.com/keeptrusts/ktops/ops"
)

// Tally turns readings of counters into what was answered since the reading before.
type Tally struct{ last map[string]ops.Traffic }

// Since is what was answered since the reading before, a component at a time. A
// process that is seen for the first time, or whose counters began anew, tells only
// from here on: what it did while it started is not what it is like.
func (t *Tally) Since(readings []Reading) []ops.Traffic {
	if t.last == nil {
		t.last = map[string]ops.Traffic{}
	}
	var out []ops.Traffic
	for _, r := range readings {
		key := string(r.Component) + " " + r.Process
		before, known := t.last[key]
		t.last[key] = r.Traffic
		if known && !restarted(before, r.Traffic) {
			out = add(out, plus(r.Traffic, before, -1))
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
