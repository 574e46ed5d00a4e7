package bot_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/keeptrusts/ktops/bot"
)

func TestUntil_AFreezeEndsRatherTooLateThanTooSoon(t *testing.T) {
	now := time.Date(2026, 1, 10, 12, 0, 30, 0, time.UTC)
	tests := []struct{ name, until, zone, want string }{
		{"a length of time", "3d", "Europe/Berlin", "2026-01-13T12:00:00Z"},
		{"hours and minutes", "1h30m", "Europe/Berlin", "2026-01-10T13:30:00Z"},
		{"the end of a day", "2026-12-24", "Europe/Berlin", "2026-12-24T23:00:00Z"},
		{"a date without zeros", "2026-2-3", "Europe/Berlin", "2026-02-03T23:00:00Z"},
		{"a time", "2026-12-24T18:00", "Europe/Berlin", "2026-12-24T17:00:00Z"},
		{"a time with seconds", "2026-12-24T18:00:30", "Europe/Berlin", "2026-12-24T17:00:30Z"},
		{"a time with its offset", "2026-12-24T18:00:00+05:45", "Europe/Berlin", "2026-12-24T12:15:00Z"},
		{"a time in UTC", "2026-12-24t18:00z", "Europe/Berlin", "2026-12-24T18:00:00Z"},
		{"a time that no clock shows in spring", "2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z"},
		{"a time that comes twice in autumn", "2026-10-25T02:30", "Europe/Berlin", "2026-10-25T01:30:00Z"},
		{"just after the change", "2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00Z"},
		{"the day before the change", "2026-03-28T02:30", "Europe/Berlin", "2026-03-28T01:30:00Z"},
		{"a midnight that no clock shows", "2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00Z"},
		{"a midnight that comes twice", "2018-02-16", "America/Sao_Paulo", "2018-02-17T02:00:00Z"},
		{"the last hour that comes twice", "2018-02-17T23:30", "America/Sao_Paulo", "2018-02-18T02:30:00Z"},
		{"half an hour in autumn", "2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T15:15:00Z"},
		{"a day that the zone left out", "2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := bot.UntilTime(test.until, now, zone(t, test.zone))
			if err != nil || got.UTC().Format(time.RFC3339) != test.want {
				t.Errorf("%s in %s is %s, %v; want %s", test.until, test.zone, got.UTC().Format(time.RFC3339), err, test.want)
			}
		})
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// What is understood is never over before the clocks show what was typed, and at most
// a day's change of the clocks after it.
func FuzzUntil(f *testing.F) {
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"}
	for _, seed := range []string{"3d", "2026-12-24", "2026-12-24T18:00", "2026-03-29T02:30", "2026-10-25T02:30", "2018-11-04T00:00", "2011-12-30T12:00",
		"9999w", "0m", "1h30m", "-3h", "9999-12-31", "0000-01-01", "2026-02-30", "2026-12-24T24:00", "2026-12-24T18:00:00+05:45", "0000-01-01T00:00"} {
		for i := range zones {
			f.Add(seed, uint8(i))
		}
	}
	now := time.Date(2026, 1, 10, 12, 0, 30, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		loc := zone(t, zones[int(which)%len(zones)])
		got, err := bot.UntilTime(text, now, loc)
		if err != nil {
			if !strings.Contains(err.Error(), "neither a date") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		wall, err := time.Parse("2006-1-2T15:04", strings.ToUpper(text))
		if err != nil {
			return
		}
		shown, err := time.Parse("2006-01-02T15:04:05", got.In(loc).Format("2006-01-02T15:04:05"))
		if err == nil && (shown.Before(wall) || shown.Sub(wall) > 25*time.Hour) {
			t.Errorf("%q in %s ends when its clocks show %s", text, loc, shown)
		}
	})
}
