package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

const (
	dayForm   = "Mon 2006-01-02 15:04"
	clockForm = "15:04"
)

// Clock is a moment on the clocks of a zone and in UTC: Sun 2026-11-29 04:00 CET
// (03:00 UTC).
func Clock(t time.Time, zone string) string {
	if t.IsZero() {
		return "-"
	}
	local, utc := t.In(ops.Location(zone)), t.UTC()
	text := local.Format(dayForm + " MST")
	switch {
	case strings.HasSuffix(text, " UTC"):
		return text
	case local.Format(time.DateOnly) == utc.Format(time.DateOnly):
		return text + " (" + utc.Format(clockForm) + " UTC)"
	}
	return text + " (" + utc.Format("Mon "+clockForm) + " UTC)"
}

// Opening is when a window opens, and for how long.
func Opening(o ops.Opening) string {
	return fmt.Sprintf("%s, open for %s", Clock(o.Opens, o.Zone), Length(o.Closes.Sub(o.Opens)))
}

// Length is a length of time that was chosen, in as few units as it needs: 30m, 2h, 7d.
func Length(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.Round(time.Second).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = strings.TrimSuffix(text, zero[1:])
		}
	}
	return text
}

// change tells of the clock change that comes before some of the openings.
func change(c ops.ClockChange, zone string) string {
	return fmt.Sprintf("The clocks of %s change on %s, from %s to %s; openings keep their time on the wall.\n",
		zone, c.At.UTC().Format(dayForm+" MST"), offset(c.Before), offset(c.After))
}

// offset is a distance from UTC: UTC+1, UTC-3:30.
func offset(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign, d = "-", -d
	}
	text := fmt.Sprintf("UTC%s%d", sign, int(d/time.Hour))
	if rest := d % time.Hour / time.Minute; rest != 0 {
		text += fmt.Sprintf(":%02d", rest)
	}
	return text
}
