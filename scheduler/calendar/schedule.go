package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zoneinfo must not move a window

	"github.com/robfig/cron/v3"
)

// wall is the form of a wall-clock time in keys.
const wall = "2006-01-02T15:04"

// Schedule is a cron expression on the clocks of a zone.
type Schedule struct {
	Cron string
	Zone string

	spec cron.Schedule
	zone *time.Location
}

// Start is one time a schedule comes due.
type Start struct {
	// Key is the wall-clock time that was meant, such as 2026-03-29T02:30.
	Key string
	// At is the instant it comes due.
	At time.Time
}

// Parse reads a cron expression of five fields, or a descriptor such as @daily,
// and a zone of the tz database. One that never comes due is refused.
func Parse(expression, zone string) (Schedule, error) {
	spec, err := parseCron(expression)
	if err != nil {
		return Schedule{}, fmt.Errorf("cron %q: %w", expression, err)
	}
	if zone == "" || zone == "Local" {
		return Schedule{}, fmt.Errorf("zone %q: name one of the tz database, such as Europe/Berlin or UTC", zone)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return Schedule{}, fmt.Errorf("zone %q: the tz database has none of that name", zone)
	}
	return Schedule{Cron: expression, Zone: zone, spec: spec, zone: loc}, nil
}

// parseCron keeps from the library what it would panic on or take for a zone of
// its own, and intervals, which have no wall-clock time.
func parseCron(expression string) (cron.Schedule, error) {
	switch {
	case strings.Contains(expression, "TZ="):
		return nil, errors.New("give the zone by itself, not in the expression")
	case strings.HasPrefix(strings.TrimSpace(expression), "@every"):
		return nil, errors.New("an interval has no time of day; give five fields")
	}
	spec, err := cron.ParseStandard(expression)
	if err != nil {
		return nil, err
	}
	if spec.Next(time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, errors.New("no day ever has this date")
	}
	return spec, nil
}

// Location is the zone.
func (s Schedule) Location() *time.Location { return s.zone }

// Next is the first start strictly after t.
func (s Schedule) Next(t time.Time) Start {
	// Wall-clock times are counted as if they were UTC, which has no changes. One day
	// back, so that a time which a change moved to after t is not left out.
	on := asUTC(t.In(s.zone)).Add(-26 * time.Hour)
	for {
		if on = s.spec.Next(on); on.IsZero() {
			return Start{} // the schedule is refused by Parse
		}
		if at, ok := s.instant(on); ok && at.After(t) {
			return Start{Key: on.Format(wall), At: at}
		}
	}
}

// asUTC is what the clock shows, taken for UTC.
func asUTC(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
