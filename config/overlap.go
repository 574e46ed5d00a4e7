package config

import (
	"time"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// How far ahead windows are compared: a year has every clock change and month, and
// so many openings are more than windows that make sense have in one.
const (
	overlapYear     = 366 * day
	overlapOpenings = 20_000
)

// opensAgain is the first time at which a window opens while it still is open.
func opensAgain(w calendar.Window, now time.Time) (time.Time, bool) {
	at := w.Schedule.Next(now).At
	for range overlapOpenings {
		next := w.Schedule.Next(at).At
		if next.IsZero() || next.Sub(now) > overlapYear {
			break
		}
		if next.Before(at.Add(w.Duration)) {
			return next, true
		}
		at = next
	}
	return time.Time{}, false
}
