package bot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

var (
	spanWord  = regexp.MustCompile(`^(\d{1,4})(m|min|mins|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)$`)
	bareCount = regexp.MustCompile(`^\d{1,4}$`)
	dateWord  = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}(t.*)?$`)
	timeWord  = regexp.MustCompile(`^\d{1,2}:\d{2}$`)
)

// span is a length of time as people write it: 30m, 2h, 1h30m, 3d, 2weeks.
func span(low string) (time.Duration, bool) {
	if m := spanWord.FindStringSubmatch(low); m != nil {
		n, err := strconv.Atoi(m[1])
		units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': day, 'w': 7 * day}
		return time.Duration(n) * units[m[2][0]], err == nil
	}
	if !strings.HasSuffix(low, "m") && !strings.HasSuffix(low, "h") {
		return 0, false
	}
	d, err := time.ParseDuration(low)
	return d, err == nil && d > 0
}

// untilTime is when a freeze ends that was typed as a length of time, as a date (the
// end of that day) or as a time on the clocks of a zone.
func untilTime(until string, now time.Time, zone *time.Location) (time.Time, error) {
	until = strings.ToUpper(until)
	if d, ok := span(strings.ToLower(until)); ok {
		return now.Add(d).Truncate(time.Minute), nil
	}
	if t, err := time.Parse(time.RFC3339, until); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation("2006-01-02", until, zone); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(form, until, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("“%s” is neither a date, nor a time, nor a length of time", until)
}
