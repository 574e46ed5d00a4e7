package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// parseCron reads a cron expression. It keeps from the library what it would panic
// on, search in vain or quietly take for something else, and intervals, which have no
// wall-clock time.
//
// As in crontab(5) a day has to match the day of the month or the day of the week,
// where both are given, and both where one of them begins with a star. The library
// counts only * and ? as a star, not */2: "0 2 */2 * MON" is every odd day and every
// Monday.
func parseCron(expression string) (*cron.SpecSchedule, error) {
	fields := strings.Fields(expression)
	switch {
	case strings.Contains(expression, "TZ="):
		return nil, errors.New("give the zone by itself, not in the expression")
	case len(fields) > 0 && fields[0] == "@every":
		return nil, errors.New("an interval has no time of day; give five fields")
	}
	for _, field := range fields {
		if err := checkField(field); err != nil {
			return nil, err
		}
	}
	parsed, err := cron.ParseStandard(strings.Join(fields, " "))
	switch {
	case err != nil && len(fields) == 5 && strings.Contains(fields[4], "7"):
		return nil, fmt.Errorf("%w; Sunday is 0 or SUN", err)
	case err != nil:
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("it has no time of day; give five fields")
	}
	if next(spec, time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, errors.New("no day ever has this date")
	}
	return spec, nil
}

// checkField refuses what the library reads as nothing at all, or as a mere star.
func checkField(field string) error {
	for item := range strings.SplitSeq(field, ",") {
		if item == "" {
			return fmt.Errorf("an item is missing beside a comma: %s", field)
		}
		if strings.HasPrefix(item, "*-") || strings.HasPrefix(item, "?-") {
			return fmt.Errorf("a range needs a number or name on both sides: %s", item)
		}
	}
	return nil
}

// next is the first wall-clock time after another that an expression means. The
// library gives up after five years, and from 2096 on a leap day is eight away.
func next(spec *cron.SpecSchedule, wall time.Time) time.Time {
	for range 3 {
		if on := spec.Next(wall); !on.IsZero() {
			return on
		}
		wall = time.Date(wall.Year()+5, time.December, 31, 23, 59, 59, 0, time.UTC)
	}
	return time.Time{}
}
