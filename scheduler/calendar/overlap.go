package calendar

import "time"

// Window is a schedule whose starts last.
type Window struct {
	Schedule Schedule
	Duration time.Duration
}

// Overlap finds the first time after from and before until at which both windows
// are open; false when they never are. Windows that touch do not overlap.
func Overlap(a, b Window, from, until time.Time) (time.Time, bool) {
	x, y := a.Schedule.Next(from), b.Schedule.Next(from)
	for x.At.Before(until) && y.At.Before(until) {
		switch {
		case x.At.Add(a.Duration).After(y.At) && y.At.Add(b.Duration).After(x.At):
			if x.At.After(y.At) {
				return x.At, true
			}
			return y.At, true
		case x.At.Before(y.At):
			x = a.Schedule.Next(x.At)
		default:
			y = b.Schedule.Next(y.At)
		}
	}
	return time.Time{}, false
}
