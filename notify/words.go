package notify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// when is a time on the clock of a zone, and in UTC beside it.
func when(t time.Time, zone string) string {
	if t.IsZero() {
		return "at a time not known"
	}
	return shown(t, zone, "Monday 2 January 2006, 15:04 MST")
}

// clock is a time of day on the clock of a zone, and in UTC beside it.
func clock(t time.Time, zone string) string {
	if t.IsZero() {
		return "a time not known"
	}
	return shown(t, zone, "15:04 MST")
}

func shown(t time.Time, zone, form string) string {
	local := t.In(ops.Location(zone))
	if local.Location() == time.UTC {
		return local.Format(form)
	}
	return local.Format(form) + " (" + beside(t.UTC(), local) + ")"
}

// beside names the day only where it is another one in UTC.
func beside(utc, local time.Time) string {
	if utc.YearDay() == local.YearDay() {
		return utc.Format("15:04 MST")
	}
	return utc.Format("2 January, 15:04 MST")
}

// length is a duration in words: 1 hour 5 minutes, 42 seconds.
func length(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Second {
		return "less than a second"
	}
	units := []struct {
		name string
		unit time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	var parts []string
	for _, u := range units {
		n := d / u.unit
		d -= n * u.unit
		if n > 0 && len(parts) < 2 {
			parts = append(parts, counted(int(n), u.name))
		} else if len(parts) > 0 {
			break // what comes after a gap is small beside the first
		}
	}
	return strings.Join(parts, " ")
}

// streams says how many answers were cut; -1 are some that nobody counted.
func streams(n int) string {
	switch {
	case n < 0:
		return "some, which nobody counted"
	case n == 0:
		return "none"
	}
	return strconv.Itoa(n)
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
