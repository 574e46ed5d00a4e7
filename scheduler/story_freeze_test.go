package scheduler_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

// What a freeze stops is decided in the domain; a window tells what came of it.
func TestFreeze_StopsTheUpgradeAndNothingElse(t *testing.T) {
	upgrades(t, func(t *testing.T, w *world, d *daemon, run ops.Run) {
		w.desk.begin = func(run ops.Run) (ops.Run, error) {
			freeze, err := d.Frozen(t.Context(), "production", w.now(), run.Opening.Closes)
			if err != nil || freeze == nil {
				t.Errorf("no freeze: %v", err)
				return run, err
			}
			return w.desk.Miss(t.Context(), run.ID, "production is frozen: "+freeze.Reason)
		}
		if _, err := d.Freeze(t.Context(), ops.Freeze{Environment: "production", Until: w.at("2000-01-02 00:00"), Reason: "audit", By: alice}); err != nil {
			t.Fatal(err)
		}
		w.passUntil("2000-01-01 03:00")
		o := d.only(t)
		if o.State != ops.Used || len(o.Chores) != 4 || o.Chores[0].Level != ops.Warn || !strings.Contains(o.Chores[0].Fact, "passed unused: production is frozen: audit") {
			t.Errorf("%+v", o)
		}
		for _, chore := range []ops.Chore{ops.ChoreBackup, ops.ChoreDrill, ops.ChoreVerify} {
			if w.desk.times(chore) != 1 {
				t.Errorf("%s was done %d times", chore, w.desk.times(chore))
			}
		}
	}, ops.ChoreBackup, ops.ChoreDrill, ops.ChoreVerify)
}

func TestFreezes_FromEverywhereSoonestFirst(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := scheduler.Plan{
			Freezes: []scheduler.FrozenTime{
				{Environment: "production", From: w.at("2000-12-23 00:00"), Until: w.at("2001-01-02 00:00"), Reason: "end of the year"},
				{Environment: "staging", From: w.at("2000-03-01 00:00"), Until: w.at("2000-03-02 00:00"), Reason: "load test"},
				{From: w.at("2000-05-01 00:00"), Until: w.at("2000-05-02 00:00"), Reason: "holiday"},
				{From: w.at("1999-12-24 00:00"), Until: w.at("1999-12-31 00:00"), Reason: "over"},
			},
			Calendars: map[string]scheduler.FreezeFile{"production": {Path: icsFile(t, "20000401", "20000402"), Zone: "Europe/Berlin"}},
		}
		d := w.start(plan)
		pass(time.Second)
		chat, err := d.Freeze(t.Context(), ops.Freeze{Environment: "production", From: w.at("2000-02-01 00:00"), Until: w.at("2000-02-02 00:00"), Reason: "audit", By: alice})
		if err != nil {
			t.Fatal(err)
		}
		list, err := d.Freezes(t.Context(), "production")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"chat audit", "calendar sale", "configuration holiday", "configuration end of the year"}
		var got []string
		ids := map[string]string{}
		for _, f := range list {
			got = append(got, f.Source+" "+f.Reason)
			ids[f.Reason] = f.ID
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%v", got)
		}
		if list[0].By != alice || list[0].ID != chat.ID {
			t.Errorf("%+v", list[0])
		}
		if f := list[1]; f.From != w.at("2000-03-31 22:00") || f.Until != w.at("2000-04-01 22:00") { // a day of Berlin
			t.Errorf("%+v", f)
		}
		d.stop()
		again := w.start(plan)
		list, err = again.Freezes(t.Context(), "production")
		if err != nil || len(list) != 4 {
			t.Fatalf("%+v %v", list, err)
		}
		for _, f := range list {
			if ids[f.Reason] != f.ID {
				t.Errorf("%s was %s and is %s after a restart", f.Reason, ids[f.Reason], f.ID)
			}
		}
	})
}

func TestFrozen_WhatOverlaps(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(scheduler.Plan{Freezes: []scheduler.FrozenTime{{Environment: "production", From: w.at("2000-01-05 10:00"), Until: w.at("2000-01-05 12:00"), Reason: "audit"}}})
		tests := []struct {
			environment, from, until string
			frozen                   bool
		}{
			{"production", "2000-01-05 09:00", "2000-01-05 10:00", false},
			{"production", "2000-01-05 09:00", "2000-01-05 10:01", true},
			{"production", "2000-01-05 10:00", "2000-01-05 10:00", true},
			{"production", "2000-01-05 09:00", "2000-01-05 13:00", true},
			{"production", "2000-01-05 11:59", "2000-01-05 13:00", true},
			{"production", "2000-01-05 12:00", "2000-01-05 13:00", false},
			{"staging", "2000-01-05 10:00", "2000-01-05 12:00", false},
		}
		for _, test := range tests {
			freeze, err := d.Frozen(t.Context(), test.environment, w.at(test.from), w.at(test.until))
			if err != nil || (freeze != nil) != test.frozen {
				t.Errorf("%s from %s to %s: %+v %v", test.environment, test.from, test.until, freeze, err)
			}
		}
	})
}

func TestFreeze_Refusals(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(scheduler.Plan{})
		tests := map[string]ops.Freeze{
			"needs a reason":       {Until: w.at("2000-02-01 00:00"), Reason: " ", By: alice},
			"over already":         {Until: w.at("1999-02-01 00:00"), Reason: "audit", By: alice},
			"end before it begins": {From: w.at("2000-03-01 00:00"), Until: w.at("2000-02-01 00:00"), Reason: "audit", By: alice},
			"may not control":      {Until: w.at("2000-02-01 00:00"), Reason: "audit", By: mallory},
		}
		for say, f := range tests {
			f.Environment = "production"
			_, err := d.Freeze(t.Context(), f)
			if r := refusal(t, err); !strings.Contains(r.Why, say) {
				t.Errorf("%s: %v", say, r)
			}
		}
	})
}

func TestUnfreeze_LiftsWhatAPersonDeclaredAndNothingElse(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(scheduler.Plan{
			Freezes:   []scheduler.FrozenTime{{Environment: "production", Until: w.at("2000-05-02 00:00"), Reason: "holiday"}},
			Calendars: map[string]scheduler.FreezeFile{"production": {Path: icsFile(t, "20000401", "20000402")}},
		})
		pass(time.Second)
		chat, err := d.Freeze(t.Context(), ops.Freeze{Environment: "production", Until: w.at("2000-02-02 00:00"), Reason: "audit", By: alice})
		if err != nil {
			t.Fatal(err)
		}
		if f, err := d.Unfreeze(t.Context(), "production", chat.ID, mallory); err == nil {
			t.Errorf("mallory lifted %+v", f)
		}
		if f, err := d.Unfreeze(t.Context(), "staging", chat.ID, alice); err == nil {
			t.Errorf("it was lifted by way of staging: %+v", f)
		}
		if f, err := d.Unfreeze(t.Context(), "production", chat.ID, alice); err != nil || f.Reason != "audit" {
			t.Errorf("%+v %v", f, err)
		}
		list, err := d.Freezes(t.Context(), "production")
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v %v", list, err)
		}
		for _, f := range list {
			_, err := d.Unfreeze(t.Context(), "production", f.ID, alice)
			if r := refusal(t, err); !strings.Contains(r.Why, "is in the c") {
				t.Error(r)
			}
		}
	})
}

// A typing mistake must not lift a freeze.
func TestFreezeFile_IsReadAgainWhenItChangesAndKeptWhenItIsBroken(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		path := icsFile(t, "20000401", "20000402")
		d := w.start(scheduler.Plan{Calendars: map[string]scheduler.FreezeFile{"production": {Path: path}}})
		from := func() time.Time {
			t.Helper()
			if _, err := d.Frozen(t.Context(), "production", w.now(), w.now()); err != nil {
				t.Error(err)
			}
			list, err := d.Freezes(t.Context(), "production")
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v %v", list, err)
			}
			return list[0].From
		}
		if got := from(); got != w.at("2000-04-01 00:00") {
			t.Error(got)
		}
		writeICS(t, path, "20000501", "20000502")
		if got := from(); got != w.at("2000-05-01 00:00") {
			t.Error(got)
		}
		writeFile(t, path, "BEGIN:VCALENDAR\r\nnonsense")
		if got := from(); got != w.at("2000-05-01 00:00") {
			t.Error(got)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if got := from(); got != w.at("2000-05-01 00:00") {
			t.Error(got)
		}
	})
}

func TestFreezeFile_ThatCouldNeverBeReadLetsNothingBegin(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		path := filepath.Join(t.TempDir(), "freezes.ics")
		d := w.start(scheduler.Plan{Calendars: map[string]scheduler.FreezeFile{"production": {Path: path}}})
		frozen := func(environment string) error {
			_, err := d.Frozen(t.Context(), environment, w.now(), w.now().Add(time.Hour))
			return err
		}
		if err := frozen("production"); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "mend the file") {
			t.Error(err)
		}
		if err := frozen("staging"); err != nil {
			t.Error(err)
		}
		if list, err := d.Freezes(t.Context(), "production"); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		writeICS(t, path, "20000401", "20000402")
		if err := frozen("production"); err != nil {
			t.Error(err)
		}
	})
}

// Events that recur for ever are read for some time ahead, and so again every day.
func TestFreezeFile_ThatRecursIsReadOn(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		path := icsFile(t, "20000401", "20000402", "RRULE:FREQ=YEARLY")
		d := w.start(scheduler.Plan{Calendars: map[string]scheduler.FreezeFile{"production": {Path: path}}})
		for range 5 {
			freeze, err := d.Frozen(t.Context(), "production", w.now(), w.now().AddDate(1, 0, 0))
			if err != nil || freeze == nil || freeze.From.Year() != w.now().Year() {
				t.Errorf("in %d: %+v %v", w.now().Year(), freeze, err)
			}
			w.setClock(366 * 24 * time.Hour)
		}
	})
}

func TestFreezes_WhileKtopsStarts(t *testing.T) {
	s, err := scheduler.Open(t.Context(), closing(t), scheduler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var refusal *ops.Refusal
	if _, err := s.Freeze(t.Context(), ops.Freeze{Environment: "production", By: alice}); err == nil || errors.As(err, &refusal) {
		t.Error(err)
	}
}

// icsFile is a calendar with an event of whole days.
func icsFile(t *testing.T, from, until string, more ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "freezes.ics")
	writeICS(t, path, from, until, more...)
	return path
}

func writeICS(t *testing.T, path, from, until string, more ...string) {
	t.Helper()
	lines := append([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", "UID:sale@example.com", "DTSTAMP:20000101T000000Z",
		"SUMMARY:sale", "DTSTART;VALUE=DATE:" + from, "DTEND;VALUE=DATE:" + until,
	}, append(more, "END:VEVENT", "END:VCALENDAR", "")...)
	writeFile(t, path, strings.Join(lines, "\r\n"))
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
