package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

func parse(t *testing.T, expression, zone string) calendar.Schedule {
	t.Helper()
	s, err := calendar.Parse(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestNext_OncePerIntendedDayInEveryZone compares every start of twenty years with
// the oracle, for every zone of the tz database.
func TestNext_OncePerIntendedDayInEveryZone(t *testing.T) {
	names, looked, checked := zones(t), 0, 0
	for i, name := range names {
		if leftOutOfShort(i, name) {
			continue
		}
		looked++
		all := stretches(location(t, name))
		for _, e := range expressions() {
			checked += compare(t, e, name, all)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d starts compared in %d zones, %d to %d", checked, looked, firstYear, lastYear)
	if checked == 0 {
		t.Error("nothing was compared")
	}
}

func compare(t *testing.T, e daily, zone string, all []stretch) (checked int) {
	t.Helper()
	s := parse(t, e.cron, zone)
	end := time.Date(lastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	var last time.Time
	for day := time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC); day.Before(end); day = day.AddDate(0, 0, 1) {
		if !e.on(day) {
			continue
		}
		on := day.Add(time.Duration(e.hour)*time.Hour + time.Duration(e.minute)*time.Minute)
		want, due := oracle(all, on)
		if !due {
			continue
		}
		if last.IsZero() {
			last = want.Add(-time.Minute)
		}
		got := s.Next(last)
		if !got.At.Equal(want) || got.Key != on.Format(wall) {
			t.Errorf("%s in %s after %s: %s at %s, want %s at %s", e.cron, zone, last, got.Key, got.At.UTC(), on.Format(wall), want)
			return checked
		}
		last = got.At
		checked++
	}
	return checked
}

func TestNext_TimesThatAChangeMovesTogetherAreOneStart(t *testing.T) {
	s := parse(t, "*/15 * * * *", "Europe/Berlin")
	at := time.Date(2026, time.March, 29, 0, 45, 0, 0, time.UTC) // 01:45, the last before 03:00
	var keys []string
	for range 3 {
		start := s.Next(at)
		if !start.At.After(at) {
			t.Fatalf("%+v is not after %s", start, at)
		}
		at, keys = start.At, append(keys, start.Key[11:])
	}
	if got := strings.Join(keys, " "); got != "02:00 03:15 03:30" {
		t.Error(got)
	}
}
