package calendar_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

func TestReadFreezes_SaysWhatIsWrongAndWhere(t *testing.T) {
	const times = "DTSTART:20261224T180000Z\nDTEND:20261226T060000Z\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":                 {" \n", "it is empty"},
		"a web page":            {"<!DOCTYPE html>\n<html>", `line 1: BEGIN:VCALENDAR was expected, not "<!DOCTYPE html>": it is not an iCalendar file`},
		"an event alone":        {"BEGIN:VEVENT\nEND:VEVENT", `line 1: "BEGIN:VEVENT" is out of place`},
		"more after it":         {file() + "DTSTART:20261224", `line 4: BEGIN:VCALENDAR was expected`},
		"cut off":               {strings.TrimSuffix(file(times), "END:VEVENT\nEND:VCALENDAR\n"), `line 3: "BEGIN:VEVENT" has no end: the file was cut off`},
		"crossed":               {strings.Replace(file(times), "END:VEVENT", "END:VALARM", 1), `"END:VALARM" ends "BEGIN:VEVENT" of line 3`},
		"too deep":              {"BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:X\n", 9), `"BEGIN:X" is out of place`},
		"no property":           {file(times + "what is this"), `line 7: "what is this" is no property`},
		"no name":               {file(times + ":x"), `line 7: ":x" is no property`},
		"parameters cut off":    {file("DTSTART;TZID=Europe/Berlin"), `line 5: "DTSTART;TZID=Europe/Berlin": its parameters are cut off`},
		"quotes not closed":     {file("DTSTART;TZID=\"Europe/Berlin:20261224T180000"), "line 5: "},
		"long line":             {file("SUMMARY:" + strings.Repeat("x", 20_000)), "line 5: SUMMARY is longer than 16 KiB"},
		"no start":              {file("DTEND:20261226T060000Z"), `line 3: event "freeze": it has no DTSTART`},
		"no end":                {file("DTSTART:20261224T180000Z"), "it has neither DTEND nor DURATION"},
		"two starts":            {file(times + "DTSTART:20261225T180000Z"), "it has 2 lines with DTSTART"},
		"two in one":            {file("DTSTART:20261224T180000Z,20261225T180000Z"), "DTSTART has 2 times"},
		"two rules":             {file(times + "RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY"), "it has 2 lines with RRULE"},
		"no time":               {file("DTSTART:tomorrow"), `DTSTART is "tomorrow", which is neither`},
		"no such day":           {file("DTSTART;VALUE=DATE:20260230"), `DTSTART is "20260230", which is neither`},
		"backwards":             {file("DTSTART:20261226T180000Z\nDTEND:20261224T060000Z"), "it ends before it begins"},
		"day to time":           {file("DTSTART;VALUE=DATE:20261224\nDTEND:20261226T060000Z"), "one of DTSTART and DTEND is a day"},
		"begins with the Gauls": {file("DTSTART;VALUE=DATE:00500101"), "it begins before 1900"},
		"a century":             {file("DTSTART:20261224T180000Z\nDTEND:99991231T235959Z"), "it lasts more than ten years"},
		"duration":              {file("DTSTART:20261224T180000Z\nDURATION:1 day"), `DURATION is "1 day"`},
		"duration backwards":    {file("DTSTART:20261224T180000Z\nDURATION:-PT1H"), `DURATION is "-PT1H"`},
		"unknown zone":          {file("DTSTART;TZID=Europe/Atlantis:20261224T180000"), `line 3: event "freeze": DTSTART: zone "Europe/Atlantis": the tz database has none of that name; save the event in a zone`},
		"zone of this machine":  {file("DTSTART;TZID=Local:20261224T180000"), `zone "Local"`},
		"zone of another file":  {file("DTSTART;TZID=../../etc/passwd:20261224T180000"), `zone "../../etc/passwd"`},
		"calendar's zone":       {strings.Replace(file(), "VERSION:2.0", "X-WR-TIMEZONE:Mars", 1), `line 2: X-WR-TIMEZONE: zone "Mars"`},
		"own zone": {strings.Replace(file(times), "VERSION:2.0", "BEGIN:VTIMEZONE\nTZID:Our Office\nEND:VTIMEZONE", 1),
			`line 3: TZID: zone "Our Office": the tz database has none of that name`},
		"rule":                {file(times + "RRULE:EVERY=DAY"), `RRULE is "EVERY=DAY": `},
		"rule without":        {file(times + "RRULE:COUNT=3"), "FREQ is required"},
		"rule out of bounds":  {file(times + "RRULE:FREQ=YEARLY;BYMONTH=13"), "bymonth must be between 1 and 12"},
		"rule off the tables": {file(times + "RRULE:FREQ=MONTHLY;BYDAY=53MO"), "which no calendar can follow"},
		"hourly":              {file(times + "RRULE:FREQ=HOURLY"), "it recurs several times a day"},
		"each minute":         {file(times + "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40,50"), "it recurs several times a day"},
		"rule with a start":   {file(times + "RRULE:FREQ=DAILY;DTSTART=20000101T000000Z"), "which no calendar writes"},
		"rule at Easter":      {file(times + "RRULE:FREQ=YEARLY;BYEASTER=0"), "which no calendar writes"},
		"exception":           {file(times + "RRULE:FREQ=DAILY\nEXDATE:20261224T180000Z,never"), `EXDATE is "never"`},
		"period":              {file(times + "RDATE;VALUE=PERIOD:20261224T180000Z/PT1H"), `RDATE is "20261224T180000Z/PT1H"`},
		"and all that follow": {file(times + "RECURRENCE-ID;RANGE=THISANDFUTURE:20261224T180000Z"), "RECURRENCE-ID has a RANGE"},
		"the second of two":   {file(times, "DTSTART:x"), `line 9: event "freeze": DTSTART is "x"`},
		"UTF-16":              {"\xff\xfeB\x00E\x00G\x00I\x00N\x00", "it is not an iCalendar file"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := calendar.ReadFreezes(strings.NewReader(c.text), readFrom, readUntil)
			if err == nil || !strings.Contains(err.Error(), c.want) || list != nil {
				t.Errorf("got %v, %v, want %q", list, err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "\n") || len(err.Error()) > 250) {
				t.Errorf("the error is not one sentence: %q", err)
			}
		})
	}
}

// What each of these costs is bounded by counts, not by a clock.
func TestReadFreezes_HostileFilesEnd(t *testing.T) {
	const times = "DTSTART:19000101T180000Z\nDTEND:19000102T060000Z\n"
	many := func(n int, event string) string {
		return file(strings.Split(strings.Repeat(event+"|", n-1)+event, "|")...)
	}
	for name, c := range map[string]struct{ text, want string }{
		"never":           {many(40, times+"RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), ""},
		"for ever":        {many(30, times+"RRULE:FREQ=DAILY"), "it recurs too often"},
		"often":           {file(times + "RRULE:FREQ=DAILY;BYHOUR=" + strings.Repeat("1,", 23) + "1"), "it recurs too often"},
		"long rule":       {file(times + "RRULE:FREQ=DAILY;BYMONTHDAY=" + strings.Repeat("1,", 300) + "1"), "RRULE is longer than 500 characters"},
		"giant steps":     {file(times + "RRULE:FREQ=WEEKLY;INTERVAL=1317624576693539402"), "which no calendar writes"},
		"many rules":      {many(1001, times+"RRULE:FREQ=YEARLY;COUNT=1"), "it has 1001 events that recur"},
		"large":           {file("X-A:" + strings.Repeat("x", 5<<20)), "it is larger than 4 MiB"},
		"many exceptions": {many(2, "DTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261125T000000Z\n"+strings.Repeat("EXDATE:20261125T000000Z\n", 10_000)), ""},
		"many folds":      {file("X-A:x" + strings.Repeat("\n x", 1_000_000)), "no DTSTART"},
		"deep":            {strings.Repeat("BEGIN:VCALENDAR\n", 200_000), "is out of place"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			list, err := calendar.ReadFreezes(strings.NewReader(c.text), readFrom, readUntil)
			if len(list) != 0 || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %d freezes, %v, want %q", len(list), err, c.want)
			}
			t.Logf("%d KiB took %s", len(c.text)>>10, time.Since(began))
		})
	}
}

// FuzzReadFreezes holds that no file takes the program down, and that what is read
// touches the stretch, in order.
func FuzzReadFreezes(f *testing.F) {
	for _, name := range []string{"google.ics", "outlook.ics"} {
		content, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	for _, rule := range []string{"FREQ=MONTHLY;BYDAY=-1FR,2MO;BYSETPOS=-1", "FREQ=YEARLY;BYWEEKNO=53,-1;BYDAY=SU;UNTIL=20300101", "FREQ=DAILY;BYYEARDAY=366;COUNT=3"} {
		f.Add(file("UID:a\nDTSTART;TZID=Europe/Berlin:20201231T233000\nDURATION:P1DT2H\nRRULE:" + rule))
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := calendar.ReadFreezes(strings.NewReader(text), readFrom, readUntil)
		if err != nil && list != nil {
			t.Errorf("of a file with a mistake something was taken: %v", list)
		}
		last := time.Time{}
		for _, freeze := range list {
			if !freeze.From.Before(freeze.Until) || !freeze.Until.After(readFrom) || !freeze.From.Before(readUntil) || freeze.From.Before(last) {
				t.Errorf("freeze from %s until %s after %s", freeze.From, freeze.Until, last)
			}
			last = freeze.From
		}
	})
}
