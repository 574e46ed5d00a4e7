package calendar

import "time"

// Change is a moment at which a zone's clocks are set to another offset from UTC.
type Change struct {
	At            time.Time
	Before, After time.Duration
}

// NextChange is the zone's first change of clocks after t and not after until;
// false when there is none.
func (s Schedule) NextChange(t, until time.Time) (Change, bool) {
	before := stretchAt(t, s.zone)
	for !before.end.IsZero() && !before.end.After(until) {
		at := before.end
		after := stretchAt(at, s.zone)
		if before.offset != after.offset { // bounds are also where a year or a name changes
			return Change{At: at.In(s.zone), Before: before.offset, After: after.offset}, true
		}
		before = after
	}
	return Change{}, false
}
