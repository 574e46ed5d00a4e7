package cli_test

import (
	"testing"
	"time"
)

// The fake's windows are on the clocks of Berlin.
func TestFreeze_EndsWhenItWasSaidTo(t *testing.T) {
	for text, want := range map[string]string{
		"2099-12-24":                "2099-12-24T23:00:00Z", // the end of that day
		"2099-12-24T18:00":          "2099-12-24T17:00:00Z",
		"2099-12-24 18:00":          "2099-12-24T17:00:00Z",
		"2099-07-24T18:00":          "2099-07-24T16:00:00Z", // summer time
		"2099-12-24T18:00:00-05:00": "2099-12-24T23:00:00Z",
		"2099-03-29":                "2099-03-29T22:00:00Z", // a day of 23 hours
	} {
		fake := newFake()
		fake.FreezesOf = nil
		run(t, t.TempDir(), aloneOn{fake: fake}, "freeze", "add", text, "--reason", "sale").exits(t, 0)
		if got := fake.FreezesOf[0].Until.UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s ends at %s, want %s", text, got, want)
		}
	}
}

func TestFreeze_LastsAsLongAsItWasSaidTo(t *testing.T) {
	for text, want := range map[string]time.Duration{"90m": 90 * time.Minute, "36h": 36 * time.Hour, "3d": 72 * time.Hour, "2w": 14 * 24 * time.Hour} {
		fake := newFake()
		fake.FreezesOf = nil
		before := time.Now()
		run(t, t.TempDir(), aloneOn{fake: fake}, "freeze", "add", text, "--reason", "sale").exits(t, 0)
		until := fake.FreezesOf[0].Until
		if until.Before(before.Add(want).Truncate(time.Minute)) || until.After(time.Now().Add(want)) {
			t.Errorf("%s ends at %s", text, until)
		}
	}
}

func TestFreeze_RefusesWhatIsNoTime(t *testing.T) {
	for _, text := range []string{"tomorrow", "3", "0d", "0h", "-3d", "2026-13-01", "99999d", "24.12.2099", "2099-12-24T25:00"} {
		fake := newFake()
		run(t, t.TempDir(), aloneOn{fake: fake}, "freeze", "add", text, "--reason", "sale").exits(t, 2)
		if len(fake.FreezesOf) != 1 {
			t.Errorf("%s was taken", text)
		}
	}
}
