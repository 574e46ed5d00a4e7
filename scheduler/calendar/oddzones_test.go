package calendar_test

import (
	"strings"
	"testing"
	"time"
)

// TestNext_InZonesWithOddChanges tells the hard cases by hand, which the comparisons
// with a watched clock hold among thousands of others.
func TestNext_InZonesWithOddChanges(t *testing.T) {
	for name, c := range map[string]struct {
		cron, zone, from string
		want             string // key@UTC of the next starts
	}{
		"a day is left out": {"30 2 * * *", "Pacific/Apia", "2011-12-29T00:00",
			"2011-12-29T02:30@2011-12-29T12:30 2011-12-31T02:30@2011-12-30T12:30"},
		"every quarter but those of that day": {"*/15 23,0 * * *", "Pacific/Apia", "2011-12-30T09:40",
			"2011-12-29T23:45@2011-12-30T09:45 2011-12-31T00:00@2011-12-30T10:00"},
		"a day is left out, and its Saturday": {"0 12 * * SAT", "Pacific/Kwajalein", "1993-08-20T00:00",
			"1993-08-28T12:00@1993-08-28T00:00 1993-09-04T12:00@1993-09-04T00:00"},
		"a day comes twice": {"0 12 * * *", "Pacific/Kwajalein", "1969-09-28T00:00",
			"1969-09-28T12:00@1969-09-28T01:00 1969-09-29T12:00@1969-09-29T01:00 1969-09-30T12:00@1969-09-30T01:00 1969-10-01T12:00@1969-10-02T00:00"},
		"half an hour is skipped": {"0,15,30 2 * * *", "Australia/Lord_Howe", "2026-10-03T15:00",
			"2026-10-04T02:00@2026-10-03T15:30 2026-10-05T02:00@2026-10-04T15:00"},
		"half an hour comes twice": {"*/15 1-2 * * *", "Australia/Lord_Howe", "2026-04-04T14:29",
			"2026-04-05T01:30@2026-04-04T14:30 2026-04-05T01:45@2026-04-04T14:45 2026-04-05T02:00@2026-04-04T15:30"},
		"two hours are skipped": {"30 1,2 * * *", "Antarctica/Troll", "2026-03-29T00:00",
			"2026-03-29T01:30@2026-03-29T01:00 2026-03-30T01:30@2026-03-29T23:30"},
		"midnight is skipped": {"59 23 * * *", "Asia/Beirut", "2026-03-28T20:00",
			"2026-03-28T23:59@2026-03-28T21:59 2026-03-29T23:59@2026-03-29T20:59"},
		"midnight comes twice": {"0 0 * * *", "Asia/Beirut", "2026-10-24T20:00",
			"2026-10-25T00:00@2026-10-24T22:00 2026-10-26T00:00@2026-10-25T22:00"},
		"summer stops for Ramadan": {"30 2 * * *", "Africa/Casablanca", "2026-02-14T00:00",
			"2026-02-14T02:30@2026-02-14T01:30 2026-02-15T02:30@2026-02-15T01:30 2026-02-16T02:30@2026-02-16T02:30"},
		"the last day of a leap year that a rule tells of": {"0 2 * * *", "Europe/Berlin", "2040-12-30T12:00",
			"2040-12-31T02:00@2040-12-31T01:00 2041-01-01T02:00@2041-01-01T01:00"},
		"a moment before, and at the moment": {"30 2 * * *", "Europe/Berlin", "2026-03-29T01:00",
			"2026-03-30T02:30@2026-03-30T00:30"},
		"after the second time in autumn": {"30 2 * * *", "Europe/Berlin", "2026-10-25T00:45",
			"2026-10-26T02:30@2026-10-26T01:30"},
	} {
		s, at := parse(t, c.cron, c.zone), utc(t, c.from)
		var got []string
		for range strings.Fields(c.want) {
			start := s.Next(at)
			got, at = append(got, start.Key+"@"+start.At.UTC().Format(wall)), start.At
		}
		if all := strings.Join(got, " "); all != c.want {
			t.Errorf("%s:\n %s, want\n %s", name, all, c.want)
		}
	}
}

func utc(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(wall, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
