package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/config"
)

// withWindows is a configuration whose only environment has more.
func withWindows(t *testing.T, more string) (*config.Config, error) {
	t.Helper()
	text := strings.TrimRight(read(t, "testdata/minimal.yaml"), "\n") + "\n" + more
	return config.Parse("ktops.yaml", []byte(text), everySecret)
}

func TestWindows_HaveTheClockOfTheirEnvironment(t *testing.T) {
	c, err := withWindows(t, `    zone: Europe/Berlin
    edge:
      url: https://keeptrusts.example.com
      routes: [{name: api, path: /}]
      maintenance: {directory: /etc/nginx/ktops, bypass: env:BYPASS_OF_EDGE}
    windows:
      weekly: {cron: "0 2 * * SUN", duration: 2h}
      daily: {cron: "0 12 * * *", zone: UTC, duration: 1h, does: [backup, drill], notices: []}
`)
	if err != nil {
		t.Fatal(err)
	}
	day := config.Duration(24 * time.Hour)
	want := config.Windows{
		{Name: "weekly", Cron: "0 2 * * SUN", Zone: "Europe/Berlin", Duration: day / 12, Does: []string{"upgrade"},
			Notices: []config.Duration{7 * day, day, day / 24, day / 24 / 6}},
		{Name: "daily", Cron: "0 12 * * *", Zone: "UTC", Duration: day / 24, Does: []string{"backup", "drill"}, Notices: []config.Duration{}},
	}
	if diff := cmp.Diff(want, c.Environments[0].Windows); diff != "" {
		t.Error(diff)
	}
	if limit := c.Environments[0].Edge.Maintenance.DrainLimit.Std(); limit != 2*time.Minute {
		t.Errorf("drain limit %s", limit)
	}
}

func TestWindows_ThatTouchDoNotOverlap(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"one after the other":  {`"0 2 * * *", duration: 1h`, `"0 3 * * *", duration: 23h`, ""},
		"a minute too long":    {`"0 2 * * *", duration: 61m`, `"0 3 * * *", duration: 1h`, "open together with a on"},
		"once a year":          {`"0 2 24 12 *", duration: 2h`, `"0 3 * * *", duration: 1h`, "24 December"},
		"in different zones":   {`"0 2 * * *", zone: America/New_York, duration: 2h`, `"0 8 * * *", zone: Europe/Berlin, duration: 1h`, "open together with a on"},
		"at the same moment":   {`"0 2 * * *", duration: 1h`, `"0 2 * * *", duration: 1h`, "open together with a on"},
		"itself the next hour": {`"30 * * * *", duration: 61m`, `"0 2 30 12 *", duration: 1m`, "longer than the time until it opens again"},
		"never":                {`"0 2 * * MON", duration: 1h`, `"0 2 * * TUE", duration: 1h`, ""},
	} {
		_, err := withWindows(t, "    windows:\n      a: {cron: "+c.a+", does: [verify]}\n      b: {cron: "+c.b+", does: [verify]}\n")
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want that it says %q", name, err, c.want)
		}
	}
}

func TestWindows_AsOftenAsCanBeAreComparedQuickly(t *testing.T) {
	began := time.Now()
	if _, err := withWindows(t, "    windows:\n      a: {cron: '* * * * *', duration: 1m, does: [verify]}\n"); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}
