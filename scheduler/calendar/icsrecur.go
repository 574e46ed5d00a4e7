package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// errTooOften is what ends the work for a hostile file.
var errTooOften = errors.New("it recurs too often to be followed: let it begin later, or recur less often")

const (
	// longestRule and mostAtOnce bound the work for one rule: the lists in it are gone
	// through for each day.
	longestRule = 500
	mostAtOnce  = 24
	// cycle is after how many years the calendar is the same again, weekdays too.
	cycle = 400
	// firstYear is the earliest that an event begins in; a series is followed from there.
	firstYear = 1900
	// lastYear is where the library stops looking.
	lastYear = rrule.MAXYEAR
)

// occurrences are those that touch the stretch. Each one looked at costs one of what
// is left.
func (e event) occurrences(from, until time.Time, left *int) ([]Freeze, error) {
	starts, err := e.starts(until, left)
	if err != nil {
		return nil, err
	}
	except := e.excepted()
	var list []Freeze
	for _, wall := range starts {
		if wall.Add(e.length.clock + e.length.exact + 2*furthest).Before(from) {
			continue // long over; no need to look at its clock
		}
		if except.days[dayOf(wall).Unix()] || except.times[wall.Unix()] {
			continue
		}
		f := Freeze{From: due(wall, e.start.zone), Until: due(wall.Add(e.length.clock), e.start.zone).Add(e.length.exact), Summary: e.summary, UID: e.uid}
		if f.From.Before(f.Until) && f.From.Before(until) && f.Until.After(from) {
			list = append(list, f)
		}
	}
	return list, nil
}

// exceptions are the occurrences that do not take place, by the event's clock: single
// ones, and all of a day.
type exceptions struct{ times, days map[int64]bool }

func (e event) excepted() exceptions {
	x := exceptions{times: map[int64]bool{}, days: map[int64]bool{}}
	for _, m := range e.except {
		wall := m.shows(e.start.zone)
		if m.day || e.start.day { // some write the midnight of a day, some the day
			x.days[dayOf(wall).Unix()] = true
		} else {
			x.times[wall.Unix()] = true
		}
	}
	return x
}

// starts are when occurrences begin by the clock, no later than a day after until.
// The first is DTSTART, also where the rule does not have it.
func (e event) starts(until time.Time, left *int) ([]time.Time, error) {
	walls := []time.Time{e.start.wall}
	for _, m := range e.also {
		walls = append(walls, m.shows(e.start.zone))
	}
	if e.rule != "" {
		ruled, err := e.ruled(until.UTC().Add(furthest), left)
		if err != nil {
			return nil, err
		}
		walls = append(walls, ruled...)
	}
	slices.SortFunc(walls, time.Time.Compare)
	return slices.CompactFunc(walls, time.Time.Equal), nil
}

// ruled are the starts that RRULE gives. The library counts them in a calendar
// without clock changes; a rule that nothing ever meets, such as 30 February, it
// follows to the year 9999, so the rule is moved to just before that.
func (e event) ruled(last time.Time, left *int) (walls []time.Time, err error) {
	option, err := e.option()
	if err != nil {
		return nil, err
	}
	defer func() {
		if recover() != nil { // the library looks beyond the ends of its tables
			walls, err = nil, fmt.Errorf("RRULE is %q, which no calendar can follow", short(e.rule))
		}
	}()
	if !option.Until.IsZero() && option.Until.Before(last) {
		last = option.Until
	}
	years := (lastYear - max(last.Year(), e.start.wall.Year())) / cycle * cycle
	option.Dtstart, option.Until = e.start.wall.AddDate(years, 0, 0), last.AddDate(years, 0, 0)
	rule, err := rrule.NewRRule(option)
	if err != nil {
		return nil, fmt.Errorf("RRULE is %q: %w", short(e.rule), err)
	}
	next := rule.Iterator()
	for at, ok := next(); ok; at, ok = next() {
		if *left--; *left < 0 {
			return nil, errTooOften
		}
		walls = append(walls, at.AddDate(-years, 0, 0))
	}
	return walls, nil
}

// option reads RRULE, and refuses what no freeze needs and what would cost too much.
func (e event) option() (rrule.ROption, error) {
	if len(e.rule) > longestRule {
		return rrule.ROption{}, fmt.Errorf("RRULE is longer than %d characters", longestRule)
	}
	option, err := rrule.StrToROption(strings.TrimSuffix(e.rule, ";"))
	if err != nil {
		return rrule.ROption{}, fmt.Errorf("RRULE is %q: %w", short(e.rule), err)
	}
	times := max(len(option.Byhour), 1) * max(len(option.Byminute), 1) * max(len(option.Bysecond), 1)
	switch {
	case option.Freq > rrule.DAILY || times > mostAtOnce:
		return rrule.ROption{}, errors.New("it recurs several times a day: make it one event of a day")
	case option.Interval > lastYear, len(option.Byeaster) > 0, !option.Dtstart.IsZero():
		return rrule.ROption{}, fmt.Errorf("RRULE is %q, which no calendar writes", short(e.rule))
	}
	option.Until = e.last(option.Until)
	return *option, nil
}

// last is the end of the rule by the event's clock. An end in UTC is a moment; a day
// counts to its end; the library tells neither from a time by the clock.
func (e event) last(until time.Time) time.Time {
	_, text, found := strings.Cut(e.rule, "UNTIL=")
	text, _, _ = strings.Cut(text, ";")
	switch {
	case !found:
		return time.Time{}
	case strings.HasSuffix(text, "Z"):
		return asUTC(until.In(e.start.zone))
	case !strings.Contains(text, "T"):
		return until.Add(24*time.Hour - time.Second)
	}
	return until
}
