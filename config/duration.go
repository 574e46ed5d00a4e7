package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time, written as 90s, 2h30m, 30d or 2w.
type Duration time.Duration

const (
	day  = 24 * time.Hour
	week = 7 * day
)

var errDuration = errors.New("is not a length of time such as 90s, 2h30m, 30d or 2w")

// Std is the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String is the duration as it can be written in the file.
func (d Duration) String() string {
	std := time.Duration(d)
	if std >= day && std%day == 0 {
		return fmt.Sprintf("%dd", std/day)
	}
	text := std.String()
	if std%time.Minute == 0 && std > 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if std%time.Hour == 0 && std > 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText writes the duration as it can be read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads weeks and days besides what time.ParseDuration knows.
func (d *Duration) UnmarshalText(text []byte) error {
	rest := string(text)
	total := time.Duration(0)
	for _, unit := range []struct {
		suffix string
		length time.Duration
	}{{"w", week}, {"d", day}} {
		after := strings.TrimLeft(rest, "0123456789")
		digits := strings.TrimSuffix(rest, after)
		if digits == "" || !strings.HasPrefix(after, unit.suffix) {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n > int64((math.MaxInt64-total)/unit.length) {
			return errDuration
		}
		total += time.Duration(n) * unit.length
		rest = after[len(unit.suffix):]
	}
	if rest != "" {
		std, err := time.ParseDuration(rest)
		if err != nil || std < 0 || std > math.MaxInt64-total {
			return errDuration
		}
		total += std
	}
	if len(text) == 0 {
		return errDuration
	}
	*d = Duration(total)
	return nil
}
