package config_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keeptrusts/ktops/config"
)

func TestDuration_ReadsDaysAndWeeks(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "2h30m": 150 * time.Minute, "30d": 30 * day, "2w": 14 * day,
		"1w1d1h": 8*day + time.Hour, "0": 0, "1.5h": 90 * time.Minute,
	} {
		var d config.Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.Std() != want {
			t.Errorf("%q = %v, %v; want %v", text, d, err, want)
		}
	}
	for _, text := range []string{"", "30", "30 days", "-1h", "1d-1h", "d", "1d1w", "99999999999w", "1e3s"} {
		var d config.Duration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is accepted as %v", text, d)
		}
	}
}

func TestDuration_ReadsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := config.Duration(rapid.Int64Min(0).Draw(t, "d"))
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got config.Duration
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%s reads as %v, %v", text, got, err)
		}
	})
}

func TestSize_ReadsPowersOf1000And1024(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "500MB": 500_000_000, "10GB": 10_000_000_000, "10GiB": 10 << 30, "1,024 B": 1024} {
		var s config.Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s.Bytes() != want {
			t.Errorf("%q = %d, %v; want %d", text, s.Bytes(), err, want)
		}
	}
	for _, text := range []string{"", "big", "-1GB", "10EB", "10XB"} {
		var s config.Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is accepted as %v", text, s)
		}
	}
}

func TestSize_ReadsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// The reader goes through a float, which is exact up to 2^53.
		want := config.Size(rapid.Int64Range(0, 1<<53).Draw(t, "s"))
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got config.Size
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%s reads as %d, %v", text, got, err)
		}
	})
}
