package calendar_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// the stretch that the tests read.
var (
	readFrom  = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	readUntil = time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
)

// file is an iCalendar file with these events.
func file(events ...string) string {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\n"
	for _, e := range events {
		text += "BEGIN:VEVENT\nSUMMARY:freeze\n" + e + "\nEND:VEVENT\n"
	}
	return text + "END:VCALENDAR\n"
}

func freezes(t *testing.T, text string) []string {
	t.Helper()
	list, err := calendar.ReadFreezes(strings.NewReader(text), readFrom, readUntil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range list {
		got = append(got, minutes(f.From)+" – "+minutes(f.Until)+" "+f.Summary)
	}
	return got
}

func minutes(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func TestReadFreezes_WhatCalendarProgramsWrite(t *testing.T) {
	for name, want := range map[string][]string{
		"google.ics": {
			"2026-11-28 17:00 – 2026-11-30 05:00 Month's end closing, a day later",
			"2026-12-23 23:00 – 2026-12-26 23:00 Christmas, nobody works",
			"2027-01-29 17:00 – 2027-02-01 05:00 Month's end closing",
		},
		"outlook.ics": {
			"2026-11-30 23:00 – 2026-12-01 23:00 Audit",
			"2026-12-18 16:00 – 2026-12-21 06:00 Weekend",
		},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, freezes(t, string(content))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadFreezes_OneEvent(t *testing.T) {
	for name, c := range map[string]struct{ event, want string }{
		"UTC":                     {"DTSTART:20261224T180000Z\nDTEND:20261226T060000Z", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"zone":                    {"DTSTART;TZID=America/New_York:20261224T180000\nDTEND;TZID=America/New_York:20261226T060000", "2026-12-24 23:00 – 2026-12-26 11:00"},
		"quoted zone":             {"DTSTART;TZID=\"America/New_York\":20261224T180000\nDTEND:20261226T060000Z", "2026-12-24 23:00 – 2026-12-26 06:00"},
		"ends in another zone":    {"DTSTART;TZID=Asia/Tokyo:20261224T180000\nDTEND;TZID=Europe/Berlin:20261224T180000", "2026-12-24 09:00 – 2026-12-24 17:00"},
		"no zone":                 {"DTSTART:20261224T180000\nDTEND:20261226T060000", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"day":                     {"DTSTART;VALUE=DATE:20261224", "2026-12-24 00:00 – 2026-12-25 00:00"},
		"days":                    {"DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270102", "2026-12-24 00:00 – 2027-01-02 00:00"},
		"day that is not said so": {"DTSTART:20261224\nDTEND:20261226", "2026-12-24 00:00 – 2026-12-26 00:00"},
		"hours":                   {"DTSTART:20261224T180000Z\nDURATION:PT36H", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"days long":               {"DTSTART:20261224T180000Z\nDURATION:P1W", "2026-12-24 18:00 – 2026-12-31 18:00"},
		"shown as free":           {"DTSTART:20261224T180000Z\nDTEND:20261226T060000Z\nTRANSP:TRANSPARENT", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"tentative":               {"DTSTART:20261224T180000Z\nDTEND:20261226T060000Z\nSTATUS:TENTATIVE", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"cancelled":               {"DTSTART:20261224T180000Z\nDTEND:20261226T060000Z\nSTATUS:CANCELLED", ""},
		"lasts no time":           {"DTSTART:20261224T180000Z\nDTEND:20261224T180000Z", ""},
		"over":                    {"DTSTART:20261124T180000Z\nDTEND:20261125T000000Z", ""},
		"under way":               {"DTSTART:20261001T000000Z\nDTEND:20261125T000001Z", "2026-10-01 00:00 – 2026-11-25 00:00"},
		"too far ahead":           {"DTSTART:20270201T000000Z\nDTEND:20270202T000000Z", ""},
		"folded":                  {"DTSTART:20261224T18\n 0000Z\nDTEND:202612\n\t26T060000Z", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"damaged description":     {"DTSTART:20261224T180000Z\nDTEND:20261226T060000Z\nDESCRIPTION;X=\"a:b\\", "2026-12-24 18:00 – 2026-12-26 06:00"},
		"alarm in it":             {"DTSTART:20261224T180000Z\nDTEND:20261226T060000Z\nBEGIN:VALARM\nDTSTART:x\nEND:VALARM", "2026-12-24 18:00 – 2026-12-26 06:00"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(freezes(t, file(c.event)), "\n"); got != strings.TrimSpace(c.want+" freeze") && got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestReadFreezes_EventsThatRecur(t *testing.T) {
	const times = "DTSTART;TZID=Europe/Berlin:20261125T200000\nDTEND;TZID=Europe/Berlin:20261126T060000\n"
	const days = "DTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261201\n"
	for name, c := range map[string]struct{ event, want string }{
		"count":             {times + "RRULE:FREQ=WEEKLY;COUNT=3", "25 20, 02 20, 09 20"},
		"until a moment":    {times + "RRULE:FREQ=WEEKLY;UNTIL=20261209T185959Z", "25 20, 02 20"},
		"until includes":    {times + "RRULE:FREQ=WEEKLY;UNTIL=20261209T190000Z", "25 20, 02 20, 09 20"},
		"until a day":       {times + "RRULE:FREQ=WEEKLY;UNTIL=20261209", "25 20, 02 20, 09 20"},
		"until by clock":    {times + "RRULE:FREQ=WEEKLY;UNTIL=20261209T195959", "25 20, 02 20"},
		"exception":         {times + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20261202T200000", "25 20, 09 20"},
		"exceptions listed": {times + "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261202T200000,20261209T200000", "25 20, 16 20"},
		"exception in UTC":  {times + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20261202T190000Z", "25 20, 09 20"},
		"exception of day":  {times + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20261202", "25 20, 09 20"},
		"exception beside":  {times + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20261202T200000Z", "25 20, 02 20, 09 20"},
		"days":              {days + "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "30 01, 31 01, 31 01"},
		"midnight of a day": {days + "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3\nEXDATE;TZID=Europe/Berlin:20261231T000000", "30 01, 31 01"},
		"UTC for a day":     {days + "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3\nEXDATE:20261231T000000Z", "30 01, 31 01"},
		"more dates":        {times + "RDATE;TZID=Europe/Berlin:20261130T120000,20261201T120000", "25 20, 30 12, 01 12"},
		"dates only":        {days + "RDATE;VALUE=DATE:20261205", "30 01, 05 01"},
		"first is no match": {times + "RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=2", "25 20, 27 20, 04 20"},
		"lower case":        {times + "RRULE:freq=weekly;count=2;", "25 20, 02 20"},
		"began long ago":    {"DTSTART;TZID=Europe/Berlin:19700101T200000\nDTEND;TZID=Europe/Berlin:19700101T210000\nRRULE:FREQ=YEARLY", "01 20"},
		"every two weeks":   {times + "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=WE;COUNT=3", "25 20, 09 20, 23 20"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(file(c.event), "VERSION:2.0\n", "X-WR-TIMEZONE:Europe/Berlin\n", 1)
			list, err := calendar.ReadFreezes(strings.NewReader(text), readFrom, readUntil)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := time.LoadLocation("Europe/Berlin")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range list {
				begins := f.From.In(zone)
				if begins.Hour() == 0 { // a day
					begins = begins.Add(time.Hour)
				}
				got = append(got, begins.Format("02 15"))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An event at 20:00 stays at 20:00 when the clocks are set, and ends at 06:00.
func TestReadFreezes_TheClockCounts(t *testing.T) {
	read := func(event string) string {
		t.Helper()
		list, err := calendar.ReadFreezes(strings.NewReader(file(event)),
			time.Date(2027, 3, 27, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 29, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range list {
			got = append(got, minutes(f.From)+" – "+minutes(f.Until))
		}
		return strings.Join(got, "\n")
	}
	daily := "DTSTART;TZID=Europe/Berlin:20270301T200000\n%\nRRULE:FREQ=DAILY;BYDAY=SA,SU"
	for what, want := range map[string]string{
		"DTEND;TZID=Europe/Berlin:20270302T060000": "2027-03-27 19:00 – 2027-03-28 04:00\n2027-03-28 18:00 – 2027-03-29 04:00",
		"DURATION:PT10H": "2027-03-27 19:00 – 2027-03-28 05:00\n2027-03-28 18:00 – 2027-03-29 04:00",
		"DURATION:P1D":   "2027-03-27 19:00 – 2027-03-28 18:00\n2027-03-28 18:00 – 2027-03-29 18:00",
	} {
		if diff := cmp.Diff(want, read(strings.Replace(daily, "%", what, 1))); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	skipped := read("DTSTART;TZID=Europe/Berlin:20270321T023000\nDTEND;TZID=Europe/Berlin:20270321T033000\nRRULE:FREQ=WEEKLY")
	if want := "2027-03-28 01:00 – 2027-03-28 01:30"; skipped != want {
		t.Errorf("at a time that no clock shows: %s, want %s", skipped, want)
	}
}

func TestReadFreezes_SingleOccurrences(t *testing.T) {
	const series = "UID:a\nDTSTART:20261130T200000Z\nDTEND:20261130T220000Z\nRRULE:FREQ=WEEKLY;COUNT=3"
	const moved = "UID:a\nRECURRENCE-ID:20261207T200000Z\nDTSTART:20261208T100000Z\nDTEND:20261208T110000Z"
	for name, c := range map[string]struct {
		events []string
		want   string
	}{
		"moved":               {[]string{series, moved}, "30 20, 08 10, 14 20"},
		"moved, told first":   {[]string{moved, series}, "30 20, 08 10, 14 20"},
		"moved by local time": {[]string{series, strings.Replace(moved, ":20261207T200000Z", ";TZID=Europe/Berlin:20261207T210000", 1)}, "30 20, 08 10, 14 20"},
		"only made longer":    {[]string{series, strings.ReplaceAll(moved, "20261208T10", "20261207T20")}, "30 20, 07 20, 14 20"},
		"cancelled":           {[]string{series, moved + "\nSTATUS:CANCELLED"}, "30 20, 14 20"},
		"of another series":   {[]string{series, strings.Replace(moved, "UID:a", "UID:b", 1)}, "30 20, 07 20, 08 10, 14 20"},
		"without its series":  {[]string{moved}, "08 10"},
		"of no series":        {[]string{strings.ReplaceAll(series, "UID:a\n", ""), strings.ReplaceAll(moved, "UID:a\n", "")}, "30 20, 07 20, 08 10, 14 20"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := calendar.ReadFreezes(strings.NewReader(file(c.events...)), readFrom, readUntil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range list {
				got = append(got, f.From.UTC().Format("02 15"))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadFreezes_SeveralCalendarsInAFile(t *testing.T) {
	event := "DTSTART:20261224T180000Z\nDTEND:20261226T060000Z"
	if got := freezes(t, "\ufeff"+file(event)+"\n"+file(event)); len(got) != 2 {
		t.Errorf("freezes are %q", got)
	}
	if got := freezes(t, file()); got != nil {
		t.Errorf("an empty calendar has %q", got)
	}
}

func TestReadFreezes_DaysWithoutAZoneAreInThatOfTheReader(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	list, err := calendar.ReadFreezes(strings.NewReader(file("DTSTART;VALUE=DATE:20261224")), readFrom.In(tokyo), readUntil)
	if err != nil || len(list) != 1 || minutes(list[0].From) != "2026-12-23 15:00" {
		t.Errorf("got %v, %v", list, err)
	}
}
