package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"
)

// eventProperties are those that say whether and when an event is. Nothing else is
// read: how an invitation is written must not lift a freeze.
func eventProperties() []string {
	return []string{
		ical.PropUID, ical.PropSummary, ical.PropStatus, ical.PropDateTimeStart, ical.PropDateTimeEnd, ical.PropDuration,
		ical.PropRecurrenceRule, ical.PropRecurrenceDates, ical.PropExceptionDates, ical.PropRecurrenceID,
	}
}

// event is one event of a file, or one series of them.
type event struct {
	line         int
	uid, summary string
	start        moment
	length       length
	rule         string   // RRULE; empty when it does not recur by one
	also, except []moment // RDATE, EXDATE
	// replaces is the occurrence of the series with the same UID that this event
	// stands for; nil for an event of its own.
	replaces  *moment
	cancelled bool
}

// at tells where in the file an error is.
func (e event) at(err error) error {
	return fmt.Errorf("line %d: event %q: %w", e.line, short(e.summary), err)
}

// readEvents reads the events of a file. Those that are cancelled are among them,
// for they take occurrences out of their series.
func readEvents(content []byte, otherwise *time.Location) ([]event, error) {
	file, err := scan(content)
	if err != nil {
		return nil, err
	}
	zone, err := file.zone(otherwise)
	if err != nil {
		return nil, err
	}
	events := make([]event, 0, len(file.events))
	for _, c := range file.events {
		props, err := c.decode()
		if err != nil {
			return nil, err
		}
		e := event{line: c.line}
		if err := e.read(props, zone); err != nil {
			return nil, e.at(err)
		}
		events = append(events, e)
	}
	return events, nil
}

// zone is that of days and times which name none.
func (f icsFile) zone(otherwise *time.Location) (*time.Location, error) {
	named := f.named
	if named == nil && len(f.zones) == 1 {
		named = &f.zones[0]
	}
	if named == nil {
		return otherwise, nil
	}
	zone, err := loadCalendarZone(named.value())
	if err != nil {
		return nil, fmt.Errorf("line %d: %s: %w", named.number, named.name(), err)
	}
	return zone, nil
}

// decode takes the properties apart. Each line goes through the library alone, so
// that a mistake has its line.
func (c component) decode() (ical.Props, error) {
	props := ical.Props{}
	for _, l := range c.lines {
		one, err := decodeLine(l.text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", l.number, short(l.text), err)
		}
		for name, values := range one {
			props[name] = append(props[name], values...)
		}
	}
	return props, nil
}

func decodeLine(text string) (props ical.Props, err error) {
	defer func() {
		if recover() != nil { // the library looks beyond the end of some lines
			err = errors.New("its parameters are cut off")
		}
	}()
	calendar, err := ical.NewDecoder(strings.NewReader("BEGIN:VCALENDAR\n" + text + "\nEND:VCALENDAR\n")).Decode()
	if err != nil {
		return nil, err
	}
	return calendar.Props, nil
}

func (e *event) read(props ical.Props, zone *time.Location) error {
	e.uid, e.summary = plainText(props, ical.PropUID), plainText(props, ical.PropSummary)
	e.cancelled = strings.EqualFold(plainText(props, ical.PropStatus), string(ical.EventCancelled))
	for _, once := range []string{ical.PropDateTimeStart, ical.PropDateTimeEnd, ical.PropDuration, ical.PropRecurrenceRule, ical.PropRecurrenceID} {
		if len(props[once]) > 1 {
			return fmt.Errorf("it has %d lines with %s, where one is allowed", len(props[once]), once)
		}
	}
	begin := props.Get(ical.PropDateTimeStart)
	if begin == nil {
		return errors.New("it has no DTSTART")
	}
	var err error
	if e.start, err = readMoment(*begin, zone); err != nil {
		return err
	}
	if e.start.wall.Year() < firstYear {
		return fmt.Errorf("it begins before %d", firstYear)
	}
	if e.length, err = readLength(props, e.start, zone); err != nil {
		return err
	}
	if rule := props.Get(ical.PropRecurrenceRule); rule != nil {
		e.rule = strings.ToUpper(rule.Value)
	}
	if e.also, err = readMoments(props[ical.PropRecurrenceDates], zone); err != nil {
		return err
	}
	if e.except, err = readMoments(props[ical.PropExceptionDates], zone); err != nil {
		return err
	}
	return e.readReplaced(props, zone)
}

func (e *event) readReplaced(props ical.Props, zone *time.Location) error {
	id := props.Get(ical.PropRecurrenceID)
	if id == nil {
		return nil
	}
	if id.Params.Get("RANGE") != "" {
		return errors.New("RECURRENCE-ID has a RANGE, which calendars write no more: end the series and begin another")
	}
	replaced, err := readMoment(*id, zone)
	e.replaces = &replaced
	return err
}

// plainText is a property as people wrote it; where its backslashes are wrong, as
// it is in the file.
func plainText(props ical.Props, name string) string {
	prop := props.Get(name)
	if prop == nil {
		return ""
	}
	parts, err := prop.TextList()
	if err != nil {
		return prop.Value
	}
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ","))
}
