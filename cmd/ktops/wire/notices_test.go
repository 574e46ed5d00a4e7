package wire_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/notify"
)

func TestPlaces_AreWhatTheExampleSays(t *testing.T) {
	leads := []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, 10 * time.Minute}
	want := map[string]notify.Place{
		"production": {Zone: "Europe/Berlin", Leads: map[string][]time.Duration{"nightly": leads, "upgrades": leads, "drill": leads}},
		"staging":    {Zone: "UTC", Leads: map[string][]time.Duration{}},
	}
	if diff := cmp.Diff(want, wire.Places(example(t))); diff != "" {
		t.Error(diff)
	}
}

// A command without a daemon knows the notices, and the words of the configuration.
func TestOpenAlone_KnowsTheNotices(t *testing.T) {
	c := example(t)
	c.Environments[0].FreezeCalendar = ""
	alone, err := wire.OpenAlone(t.Context(), c, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := alone.Drafts(t.Context(), notify.Upcoming, "leaders")
	if err != nil || len(drafts) != 1 || drafts[0].Subject != "Keeptrusts will be closed for maintenance" || drafts[0].Audience != notify.Leaders {
		t.Errorf("%+v: %v", drafts, err)
	}
	told, err := alone.Told(t.Context(), "production", 10)
	if err != nil || len(told) > 0 {
		t.Errorf("%+v: %v", told, err)
	}
	if err := alone.Close(); err != nil {
		t.Error(err)
	}
}
