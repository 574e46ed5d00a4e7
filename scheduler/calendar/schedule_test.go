package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

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
	names, checked := zones(t), 0
	for i, name := range names {
		if (testing.Short() || underRace) && i%40 != 0 && name != "Europe/Berlin" && name != "Australia/Lord_Howe" && name != "Africa/Casablanca" {
			continue
		}
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		all := stretches(zone)
		for _, e := range expressions() {
			checked += compare(t, e, name, all)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d starts compared in %d zones, %d to %d", checked, len(names), firstYear, lastYear)
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

// What the library does by itself, and why it is only asked to count.
func TestLibrary_KnownDefectsAreOurs(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	alone := func(expression string, after time.Time) time.Time {
		spec, err := cron.ParseStandard(expression)
		if err != nil {
			t.Fatal(err)
		}
		return spec.Next(after)
	}
	t.Run("02:30 on the spring day is skipped", func(t *testing.T) {
		eve := time.Date(2026, time.March, 28, 12, 0, 0, 0, berlin)
		if day := alone("30 2 * * *", eve).Day(); day != 30 {
			t.Errorf("the library fires on the %dth: the defect is gone", day)
		}
		got := parse(t, "30 2 * * *", "Europe/Berlin").Next(eve)
		if got.Key != "2026-03-29T02:30" || !got.At.Equal(time.Date(2026, time.March, 29, 1, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("01:30 on the autumn day comes once", func(t *testing.T) {
		newYork, err := time.LoadLocation("America/New_York")
		if err != nil {
			t.Fatal(err)
		}
		eve := time.Date(2026, time.October, 31, 12, 0, 0, 0, newYork)
		first := alone("30 1 * * *", eve)
		if second := alone("30 1 * * *", first); second.Sub(first) != time.Hour {
			t.Errorf("the library fires again after %s: the defect is gone", second.Sub(first))
		}
		s := parse(t, "30 1 * * *", "America/New_York")
		one := s.Next(eve)
		two := s.Next(one.At)
		if one.Key != "2026-11-01T01:30" || two.Key != "2026-11-02T01:30" || !one.At.Equal(time.Date(2026, time.November, 1, 5, 30, 0, 0, time.UTC)) {
			t.Errorf("%+v then %+v", one, two)
		}
	})
	t.Run("a bare CRON_TZ= panics", func(t *testing.T) {
		panicked := func() (did bool) {
			defer func() { did = recover() != nil }()
			_, _ = cron.ParseStandard("CRON_TZ=UTC")
			return false
		}
		if !panicked() {
			t.Error("the library does not panic: the defect is gone")
		}
		if _, err := calendar.Parse("CRON_TZ=UTC", "UTC"); err == nil {
			t.Error("taken")
		}
	})
}

func TestNext_ADayThatAZoneLeftOutHasNoStart(t *testing.T) {
	s := parse(t, "30 2 * * *", "Pacific/Apia") // went over the date line: no 30 December 2011
	eve := s.Next(time.Date(2011, time.December, 29, 0, 0, 0, 0, time.UTC))
	if next := s.Next(eve.At); eve.Key != "2011-12-29T02:30" || next.Key != "2011-12-31T02:30" {
		t.Errorf("%s then %s", eve.Key, next.Key)
	}
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

func TestParse_RefusesWhatHasNoTimeOfDay(t *testing.T) {
	for name, c := range map[string]struct{ cron, zone, want string }{
		"a date that never comes": {"0 2 30 2 *", "UTC", "no day ever"},
		"too few fields":          {"0 2 * *", "UTC", "expected exactly 5 fields"},
		"minute 60":               {"60 2 * * *", "UTC", "above maximum"},
		"an interval":             {"@every 1h", "UTC", "no time of day"},
		"a zone inside":           {"TZ=UTC 0 2 * * *", "UTC", "zone by itself"},
		"no zone":                 {"0 2 * * *", "", "name one"},
		"the machine's own":       {"0 2 * * *", "Local", "name one"},
		"a zone that is not":      {"0 2 * * *", "Europe/Berlim", "has none of that name"},
		"a path":                  {"0 2 * * *", "../../etc/passwd", "has none of that name"},
		"nothing":                 {"", "UTC", "empty spec"},
	} {
		if _, err := calendar.Parse(c.cron, c.zone); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want that it says %q", name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"30 2 * * *", "@daily", "CRON_TZ=", "TZ= ", "0 0 31 2 *", "*/0 * * * *", "1-0 * * * *", "* * * * 7"} {
		f.Add(seed, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, expression, zone string) {
		s, err := calendar.Parse(expression, zone)
		if err != nil {
			return
		}
		now := time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC)
		if next := s.Next(now); !next.At.After(now) || next.Key == "" {
			t.Errorf("%q in %q: %+v", expression, zone, next)
		}
	})
}
