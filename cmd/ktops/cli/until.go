package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const day = 24 * time.Hour

// length is a length of time as people write it: 30m, 1h30m, 3d, 2w.
func length(text string) (time.Duration, bool) {
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if count, ok := strings.CutSuffix(text, suffix); ok {
			n, err := strconv.ParseUint(count, 10, 12)
			return time.Duration(n) * unit, err == nil && n > 0
		}
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0
}

// moment reads when something begins or ends: a length of time from now, a time on the
// clocks of a zone, or a day, of which it is the end when days is 1.
func moment(cmd *cobra.Command, text string, now time.Time, zone *time.Location, days int) (time.Time, error) {
	if d, ok := length(text); ok {
		return now.Add(d).Truncate(time.Minute), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t.AddDate(0, 0, days), nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef(cmd, "%q is neither a length of time such as 3d, nor a day such as 2026-12-24, nor a time such as 2026-12-24T18:00", text)
}
