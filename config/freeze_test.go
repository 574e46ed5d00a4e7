package config_test

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/config"
)

func TestFreeze_DaysAreWholeDaysOfTheZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, until, begins, ends string }{
		"a day":                  {"2026-12-23", "2026-12-23", "2026-12-23T00:00:00+01:00", "2026-12-24T00:00:00+01:00"},
		"over the end of a year": {"2026-12-23", "2027-01-02", "2026-12-23T00:00:00+01:00", "2027-01-03T00:00:00+01:00"},
		"the day of 23 hours":    {"2026-03-29", "2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		"times keep theirs":      {"2026-12-23T18:00:00Z", "2026-12-23T20:00:00+01:00", "2026-12-23T18:00:00Z", "2026-12-23T19:00:00Z"},
		"a time and a day":       {"2026-12-23T18:00:00Z", "2026-12-24", "2026-12-23T18:00:00Z", "2026-12-25T00:00:00+01:00"},
	} {
		var f config.Freeze
		if err := f.From.UnmarshalText([]byte(c.from)); err != nil {
			t.Fatal(err)
		}
		if err := f.Until.UnmarshalText([]byte(c.until)); err != nil {
			t.Fatal(err)
		}
		from, until := f.Interval(berlin)
		if !from.Equal(moment(t, c.begins)) || !until.Equal(moment(t, c.ends)) {
			t.Errorf("%s: %s to %s, want %s to %s", name, from, until, c.begins, c.ends)
		}
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
