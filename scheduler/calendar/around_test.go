package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// TestNext_AsWatchedAroundEveryChange compares the starts around every change of a
// clock that the tz database knows of, from 1850 to 2040, with what a person sees who
// watches that clock.
func TestNext_AsWatchedAroundEveryChange(t *testing.T) {
	daily := []crontab{readCrontab(t, "30 2 * * *"), readCrontab(t, "0 0 * * *")}
	often := []crontab{readCrontab(t, "* * * * *"), readCrontab(t, "*/15 * * * *")}
	changes, checked := 0, 0
	for i, name := range distinctZones(t) {
		if leftOutOfShort(i, name) {
			continue
		}
		zone := location(t, name)
		for at := range changesOf(zone, 1850, 2040) {
			changes++
			from, until := at.Add(-26*time.Hour), at.Add(26*time.Hour)
			watched := watch(zone, from, until)
			for _, c := range append(daily, readCrontab(t, anyCrontab().Example(changes))) {
				checked += compareWatched(t, c, name, watched, from, until)
			}
			from, until = at.Add(-time.Hour), at.Add(time.Hour)
			for _, c := range often {
				checked += compareWatched(t, c, name, within(watched, from, until), from, until)
			}
			if t.Failed() {
				return
			}
		}
	}
	t.Logf("%d starts compared around %d changes", checked, changes)
}

// TestNext_AsWatchedAnywhere draws expression, zone and time.
func TestNext_AsWatchedAnywhere(t *testing.T) {
	names, checked, cases := zones(t), 0, 0
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(names).Draw(r, "zone")
		from := time.Unix(rapid.Int64Range(-3_800_000_000, 7_200_000_000).Draw(r, "from"), rapid.Int64Range(0, 999_999_999).Draw(r, "nanoseconds"))
		c := readCrontab(t, anyCrontab().Draw(r, "cron"))
		checked += compareWatched(r, c, name, watch(location(t, name), from, from.Add(72*time.Hour)), from, from.Add(72*time.Hour))
		cases++
	})
	t.Logf("%d starts compared in %d drawn cases", checked, cases)
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

func compareWatched(t failer, c crontab, zone string, watched []advance, from, until time.Time) int {
	t.Helper()
	s, err := calendar.Parse(c.text, zone)
	if err != nil {
		return 0 // the 30th of February, and the like
	}
	want, got := c.starts(watched), s.Between(from, until)
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			t.Errorf("%s in %s: no start, want %s at %s", c.text, zone, want[i].Key, want[i].At.UTC())
		case i >= len(want):
			t.Errorf("%s in %s: %s at %s, want none", c.text, zone, got[i].Key, got[i].At.UTC())
		case got[i].Key != want[i].Key || !got[i].At.Equal(want[i].At):
			t.Errorf("%s in %s: %s at %s, want %s at %s", c.text, zone, got[i].Key, got[i].At.UTC(), want[i].Key, want[i].At.UTC())
		default:
			continue
		}
		return i
	}
	return len(want)
}

func within(watched []advance, from, until time.Time) []advance {
	var some []advance
	for _, a := range watched {
		if !a.at.Before(from) && a.at.Before(until) {
			some = append(some, a)
		}
	}
	return some
}
