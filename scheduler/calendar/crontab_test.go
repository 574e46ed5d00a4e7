package calendar_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// crontab is our own reading of five cron fields, to hold the library's against.
type crontab struct {
	text   string
	fields [5]cronField
}

type cronField struct {
	has  map[int]bool
	star bool
}

var cronBounds = [5]struct{ low, high int }{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}}

func readCrontab(t testing.TB, text string) crontab {
	t.Helper()
	words := strings.Fields(text)
	if len(words) != 5 {
		t.Fatalf("%q has %d fields", text, len(words))
	}
	c := crontab{text: text}
	for i, word := range words {
		c.fields[i] = readCronField(t, word, cronBounds[i].low, cronBounds[i].high)
	}
	return c
}

func readCronField(t testing.TB, word string, low, high int) cronField {
	f := cronField{has: map[int]bool{}}
	for item := range strings.SplitSeq(word, ",") {
		span, step, stepped := strings.Cut(item, "/")
		from, until, ranged := strings.Cut(span, "-")
		first, last, by := low, high, 1
		if stepped {
			by = cronNumber(t, step)
		}
		if from == "*" || from == "?" {
			f.star = f.star || by == 1
		} else {
			first = cronNumber(t, from)
			switch {
			case ranged:
				last = cronNumber(t, until)
			case !stepped:
				last = first
			}
		}
		for n := low; n <= high; n++ {
			if n >= first && n <= last && (n-first)%by == 0 {
				f.has[n] = true
			}
		}
	}
	return f
}

func cronNumber(t testing.TB, word string) int {
	for i, name := range []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"} {
		if word == name {
			return i
		}
	}
	for i, name := range []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"} {
		if word == name {
			return i + 1
		}
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// means reports whether the expression means a wall-clock minute.
func (c crontab) means(wall time.Time) bool {
	minute, hour, date, month, weekday := c.fields[0], c.fields[1], c.fields[2], c.fields[3], c.fields[4]
	if !minute.has[wall.Minute()] || !hour.has[wall.Hour()] || !month.has[int(wall.Month())] {
		return false
	}
	byDate, byWeekday := date.has[wall.Day()], weekday.has[int(wall.Weekday())]
	if date.star || weekday.star {
		return byDate && byWeekday
	}
	return byDate || byWeekday // both given: either is enough
}

// anyCrontab draws an expression of every form that there is.
func anyCrontab() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var words []string
		for i, b := range cronBounds {
			item := rapid.Custom(func(t *rapid.T) string { return anyCronItem(t, i, b.low, b.high) })
			words = append(words, strings.Join(rapid.SliceOfN(item, 1, 3).Draw(t, "items"), ","))
		}
		return strings.Join(words, " ")
	})
}

func anyCronItem(t *rapid.T, field, low, high int) string {
	first := rapid.IntRange(low, high).Draw(t, "first")
	last := rapid.IntRange(first, high).Draw(t, "last")
	step := rapid.IntRange(1, high).Draw(t, "step")
	from, until := strconv.Itoa(first), strconv.Itoa(last)
	forms := []string{"*", "*", "?", "*/" + strconv.Itoa(step), from, from, from + "-" + until,
		from + "-" + until + "/" + strconv.Itoa(step), from + "/" + strconv.Itoa(step)}
	switch field {
	case 3:
		forms = append(forms, strings.ToUpper(time.Month(first).String()[:3]))
	case 4:
		forms = append(forms, strings.ToUpper(time.Weekday(first).String()[:3]))
	}
	return rapid.SampledFrom(forms).Draw(t, "form")
}
