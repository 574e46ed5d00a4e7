package wire_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

func TestSchedule_IsWhatTheExampleSays(t *testing.T) {
	plan, err := wire.Schedule(example(t))
	if err != nil {
		t.Fatal(err)
	}
	type window struct {
		Name, Cron, Zone string
		Duration         time.Duration
		Does             []ops.Chore
		Target           ops.Version
		Notices          []time.Duration
	}
	leads := []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, 10 * time.Minute}
	want := []window{
		{"nightly", "0 2 * * *", "Europe/Berlin", time.Hour, []ops.Chore{ops.ChoreBackup, ops.ChoreVerify}, ops.Version{}, leads},
		{"upgrades", "0 4 * * SUN", "Europe/Berlin", 2 * time.Hour, []ops.Chore{ops.ChoreUpgrade}, ops.Version{Major: 3}, leads},
		{"drill", "0 4 * * WED", "Europe/Berlin", 2 * time.Hour, []ops.Chore{ops.ChoreDrill}, ops.Version{}, leads},
	}
	var got []window
	for _, w := range plan.Windows {
		if w.Environment != "production" {
			t.Errorf("window %s is of %s", w.Name, w.Environment)
		}
		got = append(got, window{w.Name, w.Schedule.Cron, w.Schedule.Zone, w.Duration, w.Does, w.Target, w.Notices})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	at := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	frozen := []scheduler.FrozenTime{
		{Environment: "production", From: at("2026-12-23T00:00:00+01:00"), Until: at("2027-01-03T00:00:00+01:00"), Reason: "end of the year"},
		{Environment: "production", From: at("2026-11-27T18:00:00+01:00"), Until: at("2026-11-30T08:00:00+01:00"), Reason: "big sale"},
	}
	if diff := cmp.Diff(frozen, plan.Freezes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]scheduler.FreezeFile{"production": {Path: "/etc/ktops/freezes.ics", Zone: "Europe/Berlin"}}, plan.Calendars); diff != "" {
		t.Error(diff)
	}
}

// What a command decides without a daemon is there for the next one.
func TestOpenAlone_KeepsWhatWasSkippedAndFrozen(t *testing.T) {
	c := example(t)
	c.Environments[0].FreezeCalendar = ""
	root := ops.Actor{ID: "unix:root", Name: "root"}
	open := func() *wire.Alone {
		alone, err := wire.OpenAlone(t.Context(), c, &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		return alone
	}
	first := open()
	if _, err := first.SkipWindow(t.Context(), "production", "nightly", root, "the disk is replaced"); err != nil {
		t.Fatal(err)
	}
	frozen, err := first.Freeze(t.Context(), ops.Freeze{Environment: "production", Until: time.Now().Add(time.Hour), Reason: "sale", By: root})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open()
	states, err := second.Windows(t.Context(), "production")
	if err != nil || states[0].Next[0].State != ops.Skipped || states[0].Next[0].By != root {
		t.Errorf("the opening is %+v: %v", states[0].Next[0], err)
	}
	if lifted, err := second.Unfreeze(t.Context(), "production", frozen.ID, root); err != nil || lifted.Reason != "sale" {
		t.Errorf("lifted %+v: %v", lifted, err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// A command without a daemon goes by the same windows and freezes.
func TestOpenAlone_GoesByTheCalendar(t *testing.T) {
	c := example(t)
	c.Environments[0].FreezeCalendar = ""
	alone, err := wire.OpenAlone(t.Context(), c, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	openings, err := alone.Openings(t.Context(), "production", 2)
	if err != nil || len(openings) == 0 || openings[0].Window != "upgrades" {
		t.Errorf("openings %+v: %v", openings, err)
	}
	states, err := alone.Windows(t.Context(), "production")
	if err != nil || len(states) != 3 {
		t.Errorf("%d windows: %v", len(states), err)
	}
	if zones := []string{alone.Zone("production"), alone.Zone("staging"), alone.Zone("none")}; !slices.Equal(zones, []string{"Europe/Berlin", "UTC", "UTC"}) {
		t.Errorf("zones %v", zones)
	}
	if err := alone.Close(); err != nil {
		t.Error(err)
	}
}
