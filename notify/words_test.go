package notify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
)

// told is what every audience of a kind is told, as a golden file shows it.
func told(t *testing.T, templates *notify.Templates, kind notify.Kind) string {
	t.Helper()
	var b strings.Builder
	for _, a := range notify.AudiencesOf(kind) {
		m, err := templates.Preview(kind, a, "https://status.example.com/status")
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("To " + string(a) + ": " + m.Subject + "\n\n" + m.Text + "\n")
	}
	return b.String()
}

func TestTemplates_EachKindInItsGoldenFile(t *testing.T) {
	templates, err := notify.ParseTemplates(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range notify.Kinds() {
		m, err := templates.Preview(kind, notify.Operators, "https://status.example.com/status")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/messages/"+string(kind)+".txt", told(t, templates, kind))
		golden(t, "testdata/messages/"+string(kind)+".html", m.HTML)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-update writes it anew): %s", file, diff)
	}
}

func TestTemplates_WhatDoesNotFitIsRefusedByKind(t *testing.T) {
	for name, c := range map[string]struct {
		kind  notify.Kind
		words notify.Template
		want  string
	}{
		"a field that does not exist": {notify.Upcoming, notify.Template{Subject: "{{.Opening}}"}, `the subject of upcoming: template: subject:1:2: executing "subject" at <.Opening>: can't evaluate field Opening`},
		"a field within an if":        {notify.Reopened, notify.Template{Body: "{{if .Run}}{{.Closd}}{{end}}"}, "the body of reopened: "},
		"a field for one audience":    {notify.Failed, notify.Template{Body: `{{if eq .Audience "leaders"}}{{.Reson}}{{end}}`}, "the body of failed: "},
		"a field where facts are few": {notify.Held, notify.Template{Body: "{{if not .Reason}}{{.None}}{{end}}"}, "the body of held: "},
		"a function that is none":     {notify.Alarm, notify.Template{Body: "{{shout .Reason}}"}, `the body of alarm: template: body:1: function "shout" not defined`},
		"an if without an end":        {notify.Opened, notify.Template{Subject: "{{if .Run}}"}, "the subject of opened: "},
		"the wrong kind of value":     {notify.Overrun, notify.Template{Body: "{{length .Back}}"}, "the body of overrun: "},
		"a kind that does not exist":  {"gossip", notify.Template{Body: "x"}, `there is no kind of notice "gossip"`},
	} {
		_, err := notify.ParseTemplates(map[notify.Kind]notify.Template{c.kind: c.words})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if alone := c.words.Check(c.kind); alone == nil || alone.Error() != err.Error() {
			t.Errorf("%s: alone it is told %v", name, alone)
		}
	}
}

func TestTemplates_OwnWordsTakeThePlaceOfOthers(t *testing.T) {
	templates, err := notify.ParseTemplates(map[notify.Kind]notify.Template{
		notify.Upcoming: {Subject: "Soon:\n{{.Doing}}"},
		notify.Alarm:    {Body: "Look <here>   \n\n\n\n{{.Reason}}\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	builtin, err := notify.ParseTemplates(nil)
	if err != nil {
		t.Fatal(err)
	}
	preview := func(of *notify.Templates, kind notify.Kind) notify.Message {
		m, err := of.Preview(kind, notify.Operators, "")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	upcoming, alarm := preview(templates, notify.Upcoming), preview(templates, notify.Alarm)
	if upcoming.Subject != "Soon: upgrade to 3.0.0" || upcoming.Text != preview(builtin, notify.Upcoming).Text {
		t.Errorf("upcoming: %q, %q", upcoming.Subject, upcoming.Text)
	}
	if !strings.HasPrefix(alarm.Text, "Look <here>\n\nthe edge of production") || alarm.Subject != preview(builtin, notify.Alarm).Subject {
		t.Errorf("alarm: %q, %q", alarm.Subject, alarm.Text)
	}
	if !strings.Contains(alarm.HTML, "Look &lt;here&gt;") {
		t.Errorf("the page does not escape what it is told:\n%s", alarm.HTML)
	}
	if diff := cmp.Diff(preview(builtin, notify.Held), preview(templates, notify.Held)); diff != "" {
		t.Errorf("held: %s", diff)
	}
}

// TestTemplates_TimesCarryAZone looks at days on which the zone and UTC differ, on
// both sides of a change of clocks.
func TestTemplates_TimesCarryAZone(t *testing.T) {
	for name, c := range map[string]struct {
		opens time.Time
		zone  string
		want  string
	}{
		"winter":              {time.Date(2026, 11, 28, 1, 0, 0, 0, time.UTC), "Europe/Berlin", "Saturday 28 November 2026, 02:00 CET (01:00 UTC)"},
		"the day before":      {time.Date(2026, 6, 1, 22, 30, 0, 0, time.UTC), "Europe/Berlin", "Tuesday 2 June 2026, 00:30 CEST (1 June, 22:30 UTC)"},
		"the year before":     {time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC), "Europe/Berlin", "Friday 1 January 2027, 00:30 CET (31 December, 23:30 UTC)"},
		"no name for a zone":  {time.Date(2026, 11, 28, 1, 0, 0, 0, time.UTC), "America/Sao_Paulo", "Friday 27 November 2026, 22:00 -03 (28 November, 01:00 UTC)"},
		"UTC":                 {time.Date(2026, 11, 28, 1, 0, 0, 0, time.UTC), "UTC", "Saturday 28 November 2026, 01:00 UTC"},
		"a zone not known":    {time.Date(2026, 11, 28, 1, 0, 0, 0, time.UTC), "Mars/Olympus", "Saturday 28 November 2026, 01:00 UTC"},
		"a time not known":    {time.Time{}, "UTC", "at a time not known"},
		"the later of two 02": {time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "Europe/Berlin", "Sunday 25 October 2026, 02:30 CET (01:30 UTC)"},
	} {
		box := &mailbox{}
		inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
			n := alarm("a", time.Hour)
			n.Kind, n.Facts = notify.Upcoming, notify.Facts{Doing: "upgrade", Opens: c.opens, Zone: c.zone}
			w.raise(n)
			after(time.Second)
			if got := box.all()[0].message.Subject; got != "production: maintenance "+c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		})
	}
}

func TestTemplates_WriteUnitsOut(t *testing.T) {
	templates, err := notify.ParseTemplates(map[notify.Kind]notify.Template{
		notify.Reopened: {Subject: "{{length .Closed}}; {{streams .StreamsCut}}"},
	})
	if err != nil {
		t.Fatal(err)
	}
	box := &mailbox{}
	inBubble(t, []notify.Route{operators("ops", box)}, func(t *testing.T, w *world) {
		if err := w.outbox.Configure(w.routes, templates, ""); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for i, c := range []struct {
			closed  time.Duration
			streams int
			want    string
		}{
			{0, 0, "less than a second; none"},
			{499 * time.Millisecond, 1, "less than a second; 1"},
			{time.Second, 12, "1 second; 12"},
			{61 * time.Second, -1, "1 minute 1 second; some, which nobody counted"},
			{59*time.Minute + 59*time.Second + 600*time.Millisecond, 0, "1 hour; none"},
			{time.Hour + 5*time.Minute + 7*time.Second, 0, "1 hour 5 minutes; none"},
			{2*time.Hour + 30*time.Second, 0, "2 hours; none"},
			{7 * 24 * time.Hour, 0, "7 days; none"},
		} {
			n := alarm(string(rune('a'+i)), time.Hour)
			n.Kind, n.Facts = notify.Reopened, notify.Facts{Closed: c.closed, StreamsCut: c.streams}
			want[n.Key] = c.want
			w.raise(n)
		}
		after(time.Second)
		got := map[string]string{}
		for _, try := range box.all() {
			got[try.message.Key] = try.message.Subject
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTemplates_ASubjectIsOneLineOfAReasonableLength(t *testing.T) {
	templates, err := notify.ParseTemplates(map[notify.Kind]notify.Template{
		notify.Alarm: {Subject: "Look:\r\nBcc: somebody@example.com\n\t{{.Reason}}" + strings.Repeat(" ö", 300)},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := templates.Preview(notify.Alarm, notify.Operators, "")
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject, "\r\n\t") || len([]rune(m.Subject)) != 200 || !strings.HasPrefix(m.Subject, "Look: Bcc: somebody") {
		t.Errorf("%d characters: %q", len([]rune(m.Subject)), m.Subject)
	}
}

func TestTemplates_OnlyAddressesBecomeLinks(t *testing.T) {
	templates, err := notify.ParseTemplates(map[notify.Kind]notify.Template{
		notify.Alarm: {Body: "See https://a.example.com/x?y=1&z=2, (http://b.example.com). Not javascript:alert(1), not <a href=x>."},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := templates.Preview(notify.Alarm, notify.Operators, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<a href="https://a.example.com/x?y=1&amp;z=2" style="color:#2f6fde">https://a.example.com/x?y=1&amp;z=2</a>, (`,
		`<a href="http://b.example.com" style="color:#2f6fde">http://b.example.com</a>). Not javascript:alert(1), not &lt;a href=x&gt;.`,
	} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("%s is missing in\n%s", want, m.HTML)
		}
	}
}
