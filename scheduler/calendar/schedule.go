package calendar

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// keyForm is that of a wall-clock time in a key.
const keyForm = "2006-01-02T15:04"

// Schedule is a cron expression on the clocks of a zone.
type Schedule struct {
	Cron string
	Zone string

	spec *cron.SpecSchedule
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
	loc, err := loadZone(zone)
	if err != nil {
		return Schedule{}, err
	}
	return Schedule{Cron: expression, Zone: zone, spec: spec, zone: loc}, nil
}

// Location is the zone.
func (s Schedule) Location() *time.Location { return s.zone }

// Next is the first start strictly after t.
func (s Schedule) Next(t time.Time) Start {
	// What the clocks have shown until t is crossed off. The rest is counted as if it
	// were UTC, which has no changes.
	on := latest(t, s.zone)
	for {
		if on = next(s.spec, on); on.IsZero() {
			return Start{} // Parse refuses such a schedule
		}
		if at, ok := dueOnItsDay(on, s.zone); ok {
			return Start{Key: on.Format(keyForm), At: at}
		}
		on = dayOf(on).Add(24*time.Hour - time.Nanosecond)
	}
}

// Between lists the starts from one time on and before another.
func (s Schedule) Between(from, until time.Time) []Start {
	var all []Start
	for start := s.Next(from.Add(-time.Nanosecond)); start.At.Before(until) && !start.At.IsZero(); start = s.Next(start.At) {
		all = append(all, start)
	}
	return all
}
