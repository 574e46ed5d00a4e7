package calendar_test

import (
	"time"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// advance is a moment at which a zone's clock went on from the latest wall-clock
// time that it had shown to a later one; both are written as if in UTC.
type advance struct {
	at       time.Time
	from, to time.Time
}

// watch looks at a zone's clock from minute to minute, as a person before it would.
// It knows of no offsets and no changes: where the clock does not go on by one
// minute in one minute, it looks again at every second.
func watch(zone *time.Location, from, until time.Time) []advance {
	// No clock was ever set back by more than a day, so after one the latest time that it
	// showed no longer depends on when the watch began.
	at := from.Add(-25 * time.Hour).Truncate(time.Minute)
	for shows(at, zone).Second() != 0 {
		at = at.Add(time.Second)
	}
	now := shows(at, zone)
	late := now
	var all []advance
	for at.Before(until) {
		step := time.Minute
		then := shows(at.Add(step), zone)
		if now.Second() != 0 || then.Sub(now) != time.Minute {
			step, then = time.Second, shows(at.Add(time.Second), zone)
		}
		at, now = at.Add(step), then
		if now.After(late) {
			if !at.Before(from) && at.Before(until) {
				all = append(all, advance{at: at, from: late, to: now})
			}
			late = now
		}
	}
	return all
}

// shows is what the zone's clock shows.
func shows(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	year, month, day := local.Date()
	hour, minute, second := local.Clock()
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

// starts crosses off the minutes that an expression means, as the clock goes past
// them.
func (c crontab) starts(watched []advance) []calendar.Start {
	var all []calendar.Start
	for _, a := range watched {
		for on := a.from.Truncate(time.Minute).Add(time.Minute); !on.After(a.to); on = on.Add(time.Minute) {
			if c.means(on) && (sameDate(on, a.from) || sameDate(on, a.to)) {
				all = append(all, calendar.Start{Key: on.Format(wall), At: a.at})
				break
			}
		}
	}
	return all
}

func sameDate(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }
