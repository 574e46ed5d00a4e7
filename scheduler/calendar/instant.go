package calendar

import "time"

// instant is when the zone's clocks show a wall-clock time: the first time when
// they show it twice, and when they never do, the moment they are set past it. It
// is false on a day that the zone leaves out.
func (s Schedule) instant(on time.Time) (time.Time, bool) {
	at := time.Date(on.Year(), on.Month(), on.Day(), on.Hour(), on.Minute(), on.Second(), 0, s.zone)
	start, end := at.ZoneBounds()
	if asUTC(at).Equal(on) {
		// It may have been shown before the clocks were set back at start.
		if !start.IsZero() {
			_, after := at.Zone()
			_, before := start.Add(-time.Nanosecond).Zone()
			if earlier := at.Add(time.Duration(after-before) * time.Second); earlier.Before(start) {
				return earlier.In(s.zone), true
			}
		}
		return at, true
	}
	// time.Date took the offset of one side of the gap: the change is next to it.
	change := end
	if asUTC(at).After(on) {
		change = start
	}
	if shown := asUTC(change.In(s.zone)); shown.YearDay() != on.YearDay() && !sameDayBefore(change, on, s.zone) {
		return time.Time{}, false
	}
	return change.In(s.zone), true
}

// sameDayBefore reports whether the clocks showed the day of on just before they
// were set.
func sameDayBefore(change, on time.Time, zone *time.Location) bool {
	before := asUTC(change.Add(-time.Nanosecond).In(zone))
	return before.YearDay() == on.YearDay() && before.Year() == on.Year()
}
