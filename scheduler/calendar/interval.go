package calendar

import "time"

// Interval is the time from From on, and before Until.
type Interval struct {
	From, Until time.Time
}

// Overlaps reports whether the two have a moment in common. One that ends as the
// other begins does not overlap it, and one that lasts no time overlaps nothing.
func (i Interval) Overlaps(o Interval) bool {
	from, until := i.From, i.Until
	if o.From.After(from) {
		from = o.From
	}
	if o.Until.Before(until) {
		until = o.Until
	}
	return from.Before(until)
}
