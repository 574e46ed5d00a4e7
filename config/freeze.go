package config

import "time"

// Freeze is a time in which nothing may be upgraded, but for what is urgent.
// Backups, verification and drills go on.
type Freeze struct {
	// First moment: a day, or a time with its offset.
	From Moment `yaml:"from" validate:"required" example:"2026-12-23"`
	// Last day, which is frozen to its end, or the time at which it is over.
	Until Moment `yaml:"until" validate:"required" example:"2027-01-02"`
	// What is told to who would upgrade.
	Reason string `yaml:"reason" validate:"required" example:"end of the year"`
}

// Interval is when the freeze begins and is over, on the clocks of a zone.
func (f Freeze) Interval(zone *time.Location) (from, until time.Time) {
	if f.Until.wholeDay {
		return f.From.in(zone, 0), f.Until.in(zone, 1)
	}
	return f.From.in(zone, 0), f.Until.in(zone, 0)
}
