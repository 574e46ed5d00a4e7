package cards

import (
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

const (
	dayForm   = "Mon 2 Jan 2006"
	shortDay  = "Mon 2 Jan"
	clockForm = "15:04"
)

// zoneName is what a zone is called at a time: CEST, or UTC+03 where it has no letters.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// openingText is an opening on the team's clocks and in UTC:
// "Sun 29 Mar 2026, 03:30–05:30 CEST (01:30–03:30 UTC)".
func openingText(o ops.Opening) string {
	loc := ops.Location(o.Zone)
	text := span(o.Opens.In(loc), o.Closes.In(loc), dayForm)
	if zoneName(o.Opens.In(loc)) == "UTC" {
		return text
	}
	return text + " (" + utcSpan(o, loc) + ")"
}

// utcSpan names the days again only where they are others than on the team's clocks.
func utcSpan(o ops.Opening, loc *time.Location) string {
	from, until := o.Opens.UTC(), o.Closes.UTC()
	if sameDay(from, until) && sameDay(from, o.Opens.In(loc)) {
		return from.Format(clockForm) + "–" + until.Format(clockForm) + " UTC"
	}
	return span(from, until, shortDay)
}

// span is an interval on one zone's clocks. Where they are set within it, both names
// of the zone stand there, for its length would seem wrong otherwise.
func span(from, until time.Time, day string) string {
	dash, name := "–", ""
	if zoneName(from) != zoneName(until) {
		dash, name = " – ", " "+zoneName(from)
	}
	if sameDay(from, until) {
		return from.Format(day) + ", " + from.Format(clockForm) + name + dash + until.Format(clockForm) + " " + zoneName(until)
	}
	return from.Format(day+" "+clockForm) + name + " – " + until.Format(shortDay+" "+clockForm) + " " + zoneName(until)
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// clock is a moment on the team's clocks and in UTC.
func clock(t time.Time, zone string) string {
	if t.IsZero() {
		return "–"
	}
	local, utc := t.In(ops.Location(zone)), t.UTC()
	text := local.Format(dayForm+" "+clockForm) + " " + zoneName(local)
	switch {
	case zoneName(local) == "UTC":
		return text
	case sameDay(local, utc):
		return text + " (" + utc.Format(clockForm) + " UTC)"
	}
	return text + " (" + utc.Format(shortDay+" "+clockForm) + " UTC)"
}

// ahead says how far away something is, the coarser the farther: a card that says
// so is edited a few times and not every minute.
func ahead(d time.Duration) string {
	switch {
	case d <= 0:
		return "now"
	case d < 10*time.Minute:
		return "in " + unit(int64((d+time.Minute-1)/time.Minute), "minute")
	case d < 2*time.Hour:
		return "in about " + duration(d.Round(10*time.Minute))
	case d < 48*time.Hour:
		return "in about " + unit(int64(d.Round(time.Hour)/time.Hour), "hour")
	}
	return "in " + unit(int64(d.Round(24*time.Hour)/(24*time.Hour)), "day")
}

// changeText tells of the clock change that comes before some of the openings.
func changeText(c ops.ClockChange, zone string) string {
	return fmt.Sprintf("⏰ The clocks of %s change on %s, from %s to %s. Openings keep their time on the wall.",
		inline(zone, maxWord), c.At.UTC().Format(dayForm+" at "+clockForm+" UTC"), offset(c.Before), offset(c.After))
}

// offset is a distance from UTC: UTC+1, UTC−3:30.
func offset(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign, d = "−", -d
	}
	text := fmt.Sprintf("UTC%s%d", sign, int(d/time.Hour))
	if rest := d % time.Hour / time.Minute; rest != 0 {
		text += fmt.Sprintf(":%02d", rest)
	}
	return text
}
