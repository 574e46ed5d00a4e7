package calendar_test

import "time"

const (
	firstYear = 2020
	lastYear  = 2039
	wall      = "2006-01-02T15:04"
)

// stretch is a time in which a zone's clocks run through: the wall-clock times from
// begins to ends, both as if in UTC, are shown offset later than they are in UTC.
type stretch struct {
	begins, ends time.Time
	offset       time.Duration
}

// stretches cuts some years of a zone at every change of its clocks. Nothing here
// asks time.Date for a local time, nor ZoneBounds: they are what is tested.
func stretches(zone *time.Location) []stretch {
	at := time.Date(firstYear-1, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := time.Date(lastYear+2, time.January, 1, 0, 0, 0, 0, time.UTC)
	begun, now := at, offsetAt(at, zone)
	var out []stretch
	for ; at.Before(end); at = at.Add(6 * time.Hour) {
		if offsetAt(at, zone) == now {
			continue
		}
		change := firstWith(at.Add(-6*time.Hour), at, zone)
		out = append(out, stretch{begun.Add(now), change.Add(now), now})
		begun, now = change, offsetAt(at, zone)
	}
	return append(out, stretch{begun.Add(now), end.Add(now), now})
}

func offsetAt(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// firstWith is the first second with the later one's offset.
func firstWith(earlier, later time.Time, zone *time.Location) time.Time {
	offset := offsetAt(later, zone)
	for later.Sub(earlier) > time.Second {
		middle := earlier.Add(later.Sub(earlier) / 2).Truncate(time.Second)
		if offsetAt(middle, zone) == offset {
			later = middle
		} else {
			earlier = middle
		}
	}
	return later
}

// oracle is when a wall-clock time comes due: when it is shown for the first time;
// where it never is, when the clocks are set past it; never on a day that has no
// clock at all.
func oracle(all []stretch, on time.Time) (time.Time, bool) {
	for _, s := range all {
		if !on.Before(s.begins) && on.Before(s.ends) {
			return on.Add(-s.offset), true
		}
	}
	for i, s := range all[1:] {
		if before := all[i]; !on.Before(before.ends) && on.Before(s.begins) {
			day := on.Format(time.DateOnly)
			shown := s.begins.Format(time.DateOnly) == day || before.ends.Add(-time.Nanosecond).Format(time.DateOnly) == day
			return s.begins.Add(-s.offset), shown
		}
	}
	return time.Time{}, false
}

// daily is a cron expression with the days that it means, told by hand.
type daily struct {
	cron         string
	hour, minute int
	on           func(day time.Time) bool
}

func expressions() []daily {
	every := func(time.Time) bool { return true }
	return []daily{
		{"30 2 * * *", 2, 30, every},
		{"0 0 * * *", 0, 0, every},
		{"30 1 * * *", 1, 30, every},
		{"59 23 * * *", 23, 59, every},
		{"15 3 * * SUN", 3, 15, func(d time.Time) bool { return d.Weekday() == time.Sunday }},
		{"0 2 31 * *", 2, 0, func(d time.Time) bool { return d.Day() == 31 }},
		{"30 2 29 2 *", 2, 30, func(d time.Time) bool { return d.Month() == time.February && d.Day() == 29 }},
		// Both given: either is enough (crontab(5)).
		{"0 1 1 * SAT", 1, 0, func(d time.Time) bool { return d.Day() == 1 || d.Weekday() == time.Saturday }},
	}
}
