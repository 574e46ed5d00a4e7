package calendar_test

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

func TestNextChange_FindsEveryChangeOfEveryZone(t *testing.T) {
	from := time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	until := time.Date(lastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	found := 0
	for i, name := range zones(t) {
		if (testing.Short() || underRace) && i%40 != 0 && name != "Africa/Casablanca" {
			continue
		}
		s := parse(t, "0 2 * * *", name)
		at, all := from, stretches(s.Location())
		for j := 1; j < len(all); j++ {
			want := all[j].begins.Add(-all[j].offset)
			if !want.After(from) || !want.Before(until) {
				continue
			}
			got, ok := s.NextChange(at, until)
			if !ok || !got.At.Equal(want) || got.Before != all[j-1].offset || got.After != all[j].offset {
				t.Fatalf("%s after %s: %+v %v, want %s", name, at, got, ok, want)
			}
			at = got.At
			found++
		}
		if got, ok := s.NextChange(at, until); ok {
			t.Fatalf("%s: there is no change at %s", name, got.At)
		}
	}
	t.Logf("%d changes found", found)
	if found == 0 {
		t.Error("none was looked for")
	}
}

func TestOverlap_IsFoundOnTheOneNightItHappens(t *testing.T) {
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	until := from.AddDate(1, 0, 0)
	window := func(cron, zone string, d time.Duration) calendar.Window {
		return calendar.Window{Schedule: parse(t, cron, zone), Duration: d}
	}
	for name, c := range map[string]struct {
		a, b calendar.Window
		want string // in UTC; empty: never
	}{
		"apart":   {window("0 1 * * *", "UTC", time.Hour), window("0 2 * * *", "UTC", time.Hour), ""},
		"a night": {window("0 1 * * *", "UTC", time.Hour), window("30 1 1 6 *", "UTC", time.Hour), "2026-06-01T01:30"},
		"inside":  {window("0 0 * * SUN", "UTC", 6*time.Hour), window("0 2 * * *", "UTC", time.Hour), "2026-01-04T02:00"},
		// An hour apart in winter, together once Berlin's clocks have gone forward.
		"in summer": {window("0 2 * * *", "UTC", time.Hour), window("0 4 * * *", "Europe/Berlin", time.Hour), "2026-03-29T02:00"},
	} {
		for _, pair := range [][2]calendar.Window{{c.a, c.b}, {c.b, c.a}} {
			at, ok := calendar.Overlap(pair[0], pair[1], from, until)
			if got := at.UTC().Format(wall); ok != (c.want != "") || (ok && got != c.want) {
				t.Errorf("%s: %s %v, want %q", name, got, ok, c.want)
			}
		}
	}
}
