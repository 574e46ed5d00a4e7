package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-ical"
)

// moment is a time or a whole day as a file tells it: what the clocks of a zone show.
type moment struct {
	wall time.Time // in UTC, whatever the zone
	zone *time.Location
	day  bool
}

// shows is what the clocks of a zone show at the moment.
func (m moment) shows(zone *time.Location) time.Time {
	if m.day || m.zone.String() == zone.String() {
		return m.wall
	}
	return asUTC(due(m.wall, m.zone).In(zone))
}

// readMoment reads a time or day. One without a zone is in the calendar's.
func readMoment(prop ical.Prop, zone *time.Location) (moment, error) {
	list, err := readMoments([]ical.Prop{prop}, zone)
	switch {
	case err != nil:
		return moment{}, err
	case len(list) != 1:
		return moment{}, fmt.Errorf("%s has %d times, where one is allowed", prop.Name, len(list))
	}
	return list[0], nil
}

// readMoments reads properties that may list several.
func readMoments(props []ical.Prop, zone *time.Location) ([]moment, error) {
	var list []moment
	for _, prop := range props {
		own := zone
		if tzid := prop.Params.Get(ical.ParamTimezoneID); tzid != "" {
			var err error
			if own, err = loadCalendarZone(tzid); err != nil {
				return nil, fmt.Errorf("%s: %w; save the event in a zone such as Europe/Berlin, or in UTC", prop.Name, err)
			}
		}
		for value := range strings.SplitSeq(prop.Value, ",") {
			m, err := momentOf(strings.TrimSpace(value), own)
			if err != nil {
				return nil, fmt.Errorf("%s is %q, which is neither a day such as 20261224 nor a time such as 20261224T180000", prop.Name, short(value))
			}
			list = append(list, m)
		}
	}
	return list, nil
}

// momentOf tells days from times by how they are written; some programs forget to
// say which it is.
func momentOf(value string, zone *time.Location) (moment, error) {
	m, prop := moment{zone: zone}, ical.NewProp(ical.PropDateTimeStart)
	switch prop.Value = value; {
	case !strings.Contains(value, "T"):
		m.day = true
		prop.SetValueType(ical.ValueDate)
	case strings.HasSuffix(value, "Z"):
		m.zone = time.UTC
	}
	var err error
	m.wall, err = prop.DateTime(time.UTC)
	return m, err
}

// longestEvent is ten years, about: a longer one is a slip of the pen.
const longestEvent = 10 * 366 * 24 * time.Hour

// length is how long an event is: by the clock, as people read it, and then in
// hours that pass. They differ when the clocks are set in between.
type length struct{ clock, exact time.Duration }

// readLength reads the end of an event. One without is the day that it begins on;
// that a time has none is a mistake, for it would freeze nothing.
func readLength(props ical.Props, start moment, zone *time.Location) (length, error) {
	if end := props.Get(ical.PropDateTimeEnd); end != nil {
		m, err := readMoment(*end, zone)
		if err != nil {
			return length{}, err
		}
		l := length{clock: m.shows(start.zone).Sub(start.wall)}
		switch {
		case m.day != start.day:
			return length{}, errors.New("one of DTSTART and DTEND is a day, the other a time")
		case l.clock < 0:
			return length{}, errors.New("it ends before it begins")
		case l.clock > longestEvent:
			return length{}, errors.New("it lasts more than ten years")
		}
		return l, nil
	}
	if prop := props.Get(ical.PropDuration); prop != nil {
		took, err := prop.Duration()
		switch {
		case err != nil || took < 0 || took > longestEvent:
			return length{}, fmt.Errorf("DURATION is %q, which is not one such as P1D or PT12H, of ten years at most", short(prop.Value))
		case !strings.Contains(strings.ToUpper(prop.Value), "T"):
			return length{clock: took}, nil
		}
		return length{exact: took}, nil
	}
	if start.day {
		return length{clock: 24 * time.Hour}, nil
	}
	return length{}, errors.New("it has neither DTEND nor DURATION")
}
