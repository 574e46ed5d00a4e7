package config

import (
	"errors"
	"time"
)

// Moment is a day, written as 2026-12-23, or a time with its offset, written as
// 2026-12-23T18:00:00+01:00 (RFC 3339).
type Moment struct {
	written  string
	at       time.Time // of a day: as if in UTC
	wholeDay bool
}

var errMoment = errors.New("is not a day such as 2026-12-23, nor a time with its offset such as 2026-12-23T18:00:00+01:00")

// String is the moment as it was written.
func (m Moment) String() string { return m.written }

// MarshalText writes the moment as it was written.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.written), nil }

// UnmarshalText reads a day or a time.
func (m *Moment) UnmarshalText(text []byte) error {
	written := string(text)
	if at, err := time.Parse(time.DateOnly, written); err == nil {
		*m = Moment{written, at, true}
		return nil
	}
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		return errMoment
	}
	*m = Moment{written, at, false}
	return nil
}

// in is the moment in a zone; of a day it is the beginning, of the one that is so
// many days later.
func (m Moment) in(zone *time.Location, days int) time.Time {
	if !m.wholeDay {
		return m.at.In(zone)
	}
	return time.Date(m.at.Year(), m.at.Month(), m.at.Day()+days, 0, 0, 0, 0, zone)
}
