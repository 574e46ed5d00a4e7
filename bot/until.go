package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

var (
	spanWord  = regexp.MustCompile(`^(\d{1,4})(m|min|mins|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)$`)
	bareCount = regexp.MustCompile(`^\d{1,4}$`)
	// nearSpan is a word that can only be meant as a length of time, understood or not.
	nearSpan = regexp.MustCompile(`^[-+]?\d+([.,]\d+)?(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?|months?)?$`)
	dateWord = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}(t.*)?$`)
	timeWord = regexp.MustCompile(`^\d{1,2}:\d{2}$`)
)

// span is a length of time as people write it: 30m, 2h, 1h30m, 3d, 2weeks.
func span(low string) (time.Duration, bool) {
	if m := spanWord.FindStringSubmatch(low); m != nil {
		n, err := strconv.Atoi(m[1])
		units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': day, 'w': 7 * day}
		return time.Duration(n) * units[m[2][0]], err == nil && n > 0
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
	for _, form := range []string{time.RFC3339, "2006-1-2T15:04Z07:00"} {
		if t, err := time.Parse(form, until); err == nil {
			return t, nil
		}
	}
	if wall, err := time.Parse("2006-1-2", until); err == nil {
		return lastShown(wall.AddDate(0, 0, 1), zone), nil
	}
	for _, form := range []string{"2006-1-2T15:04", "2006-1-2T15:04:05"} {
		if wall, err := time.Parse(form, until); err == nil {
			return lastShown(wall, zone), nil
		}
	}
	return time.Time{}, fmt.Errorf("“%s” is neither a date, nor a time, nor a length of time", until)
}

// lastShown is when the clocks of a zone show a wall-clock time, which is given in
// UTC: the later of two where they show it twice, and after the gap where they skip
// it, for a freeze had better last too long than be over too soon.
func lastShown(wall time.Time, zone *time.Location) time.Time {
	var shown, near []time.Time
	for _, other := range []time.Time{wall.Add(-day), wall.Add(day)} {
		_, offset := other.In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if _, there := at.In(zone).Zone(); there == offset {
			shown = append(shown, at)
		}
		near = append(near, at)
	}
	if len(shown) == 0 {
		shown = near
	}
	return slices.MaxFunc(shown, time.Time.Compare)
}
