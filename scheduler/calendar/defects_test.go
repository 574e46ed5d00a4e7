package calendar_test

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

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
	t.Run("a time that midnight's change skips loses its day", func(t *testing.T) {
		beirut := location(t, "Asia/Beirut") // 00:00 was 01:00 on 27 March 2022
		eve := time.Date(2022, time.March, 26, 12, 0, 0, 0, beirut)
		if day := alone("0 0 * * *", eve).Day(); day != 28 {
			t.Errorf("the library fires on the %dth: the defect is gone", day)
		}
		got := parse(t, "0 0 * * *", "Asia/Beirut").Next(eve)
		if got.Key != "2022-03-27T00:00" || !got.At.Equal(time.Date(2022, time.March, 26, 22, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("the leap day after 2096 is not found", func(t *testing.T) {
		from := time.Date(2096, time.March, 1, 0, 0, 0, 0, time.UTC)
		if at := alone("0 2 29 2 *", from); !at.IsZero() {
			t.Errorf("the library finds %s: the defect is gone", at)
		}
		if got := parse(t, "0 2 29 2 *", "UTC").Next(from); got.Key != "2104-02-29T02:00" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a range without a beginning is taken for a star", func(t *testing.T) {
		if _, err := cron.ParseStandard("0 *-5 * * *"); err != nil {
			t.Errorf("the library says %v: the defect is gone", err)
		}
		if _, err := calendar.Parse("0 *-5 * * *", "UTC"); err == nil {
			t.Error("taken")
		}
	})
	t.Run("a field of nothing is taken and never comes due", func(t *testing.T) {
		spec, err := cron.ParseStandard("0 , * * *")
		if err != nil || !spec.Next(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
			t.Errorf("the library says %v: the defect is gone", err)
		}
		if _, err := calendar.Parse("0 , * * *", "UTC"); err == nil {
			t.Error("taken")
		}
	})
}
