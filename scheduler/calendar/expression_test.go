package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

func TestParse_RefusesWhatHasNoTimeOfDay(t *testing.T) {
	for name, c := range map[string]struct{ cron, zone, want string }{
		"a date that never comes":  {"0 2 30 2 *", "UTC", "no day ever"},
		"too few fields":           {"0 2 * *", "UTC", "expected exactly 5 fields"},
		"minute 60":                {"60 2 * * *", "UTC", "above maximum"},
		"an interval":              {"@every 1h", "UTC", "no time of day"},
		"a zone inside":            {"TZ=UTC 0 2 * * *", "UTC", "zone by itself"},
		"no zone":                  {"0 2 * * *", "", "name one"},
		"the machine's own":        {"0 2 * * *", "Local", "name one"},
		"a zone that is not":       {"0 2 * * *", "Europe/Berlim", "has none of that name"},
		"a path":                   {"0 2 * * *", "../../etc/passwd", "has none of that name"},
		"the machine's, by link":   {"0 2 * * *", "localtime", "name one"},
		"leap seconds":             {"0 2 * * *", "right/Europe/Berlin", "without the first part"},
		"nothing":                  {"", "UTC", "empty spec"},
		"a Sunday of 7":            {"0 2 * * 7", "UTC", "Sunday is 0 or SUN"},
		"half a range":             {"0 *-5 * * *", "UTC", "on both sides"},
		"a comma too many":         {"0 2 * * MON,", "UTC", "beside a comma"},
		"a descriptor that is not": {"@nightly", "UTC", "unrecognized"},
	} {
		if _, err := calendar.Parse(c.cron, c.zone); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want that it says %q", name, err, c.want)
		}
	}
}

// Where day of the month and day of the week are both given, either is enough; where
// one is a star, the other decides. */2 is no star.
func TestParse_EitherDayIsEnoughWhereBothAreGiven(t *testing.T) {
	from := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC) // a Sunday
	for expression, want := range map[string]string{
		"0 2 15 * FRI":       "06 13 15 20 27",
		"0 2 15 * *":         "15",
		"0 2 15 * ?":         "15",
		"0 2 * * FRI":        "06 13 20 27",
		"0 2 */10 * FRI":     "01 06 11 13 20 21 27",
		"0 2 31 * *":         "",
		"0 2 28-31 * *":      "28 29 30",
		"0 2 1-7 11 */7":     "01 02 03 04 05 06 07 08 15 22 29",
		"0 2 ? NOV MON-TUE":  "02 03 09 10 16 17 23 24 30",
		"0 2 20/5 11 *":      "20 25 30",
		"0 2 15,1,15 nov *":  "01 15",
		"@weekly":            "01 08 15 22 29",
		"\t0  2 1 * *\n":     "01",
		"0 2 1-31/1 * SAT/7": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30",
	} {
		var days []string
		for _, start := range parse(t, expression, "UTC").Between(from, from.AddDate(0, 1, 0)) {
			days = append(days, start.Key[8:10])
		}
		if got := strings.Join(days, " "); got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"30 2 * * *", "@daily", "CRON_TZ=", "TZ= ", "0 0 31 2 *", "*/0 * * * *", "0 , * * *", "0 0 29 2 *", "*/9223372036854775807 * * * *", "1-0 * * * *", "* * * * 7"} {
		f.Add(seed, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, expression, zone string) {
		s, err := calendar.Parse(expression, zone)
		if err != nil {
			return
		}
		at := time.Date(1850, time.January, 1, 0, 0, 0, 0, time.UTC)
		for range 9 {
			next := s.Next(at)
			if !next.At.After(at) || next.Key == "" {
				t.Fatalf("%q in %q after %s: %+v", expression, zone, at, next)
			}
			at = next.At.AddDate(37, 1, 1)
		}
	})
}
