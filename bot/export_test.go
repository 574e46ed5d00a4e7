package bot

import "time"

// UntilTime is when a freeze ends that was typed so.
func UntilTime(until string, now time.Time, zone *time.Location) (time.Time, error) {
	return untilTime(until, now, zone)
}
