package ops

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// plural is "no pending migration", "1 migration" or "3 migrations".
func plural(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bytesText is a size as people read it, in decimal units: 1.2 GB.
func bytesText(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

// Location is that of a zone of the tz database; UTC where the zone is not known.
func Location(zone string) *time.Location {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return location
}

// ClockText is a time on the clock of a zone, and that zone's short name.
func ClockText(t time.Time, zone string) string {
	return t.In(Location(zone)).Format("2006-01-02 15:04 MST")
}

// DurationText is a duration to the second, or to the minute above an hour.
func DurationText(d time.Duration) string {
	if d >= time.Hour {
		return d.Round(time.Minute).String()
	}
	return d.Round(time.Second).String()
}
