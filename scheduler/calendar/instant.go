package calendar

import "time"

// due is the first moment at which the zone's clocks show a wall-clock time or a
// later one.
func due(wall time.Time, zone *time.Location) time.Time {
	at := wall.Add(-furthest) // when no clock showed it yet
	for {
		s := stretchAt(at, zone)
		shown := wall.Add(-s.offset)
		if shown.Before(at) {
			shown = at // the clocks were set past it
		}
		if s.end.IsZero() || shown.Before(s.end) {
			return shown.In(zone)
		}
		at = s.end
	}
}

// dueOnItsDay is when a wall-clock time is due; false when the zone's clocks show
// nothing of its day.
func dueOnItsDay(wall time.Time, zone *time.Location) (time.Time, bool) {
	at, day := due(wall, zone), dayOf(wall)
	if dayOf(asUTC(at)).Equal(day) {
		return at, true
	}
	return at, dayOf(asUTC(due(day, zone))).Equal(day)
}

// latest is the latest wall-clock time that the zone's clocks have shown until t,
// which may be later than what they show at t.
func latest(t time.Time, zone *time.Location) time.Time {
	wall := t.UTC().Add(-furthest)
	for at := t.Add(-2 * furthest); ; {
		s := stretchAt(at, zone)
		over := !s.end.IsZero() && !s.end.After(t)
		until := t
		if over {
			until = s.end.Add(-time.Nanosecond) // its end it never showed
		}
		if shown := until.UTC().Add(s.offset); shown.After(wall) {
			wall = shown
		}
		if !over {
			return wall
		}
		at = s.end
	}
}
