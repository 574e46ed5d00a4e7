package calendar

import "time"

// furthest is longer than any clock of the tz database is or was from UTC: Manila's,
// once, 15:56:08 behind.
const furthest = 24 * time.Hour

// stretch is a time without a change in a zone. Its neighbours may show the same
// offset: the tz database also notes changes of a zone's name.
type stretch struct {
	end    time.Time // zero: for ever
	offset time.Duration
}

func stretchAt(t time.Time, zone *time.Location) stretch {
	local := t.In(zone)
	_, end := local.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		// Go counts 365 days for a leap year too, where a rule and no table tells the
		// changes: the year's last day is then after its end (golang/go#81583).
		end = end.Add(24 * time.Hour)
	}
	return stretch{end: end, offset: offset(local)}
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// asUTC is what the clock shows, taken for UTC.
func asUTC(t time.Time) time.Time {
	return t.UTC().Add(offset(t))
}

func dayOf(wall time.Time) time.Time { return wall.Truncate(24 * time.Hour) }
