// Package fault reads from the environment which faults a stand-in shows: slow or
// crashing starts, sickness, failing or slow migrations, slow queries, errors and
// latency. Baked into an image the same variables make that image a broken one.
package fault

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Faults are what goes wrong; the zero value is a healthy service.
type Faults struct {
	SlowBoot       time.Duration // KT_FAULT_SLOW_BOOT=5s: wait before listening
	CrashAtBoot    bool          // KT_FAULT_CRASH=boot
	CrashAfter     time.Duration // KT_FAULT_CRASH=after:3s: exit without grace
	Unhealthy      bool          // KT_FAULT_UNHEALTHY=1: every route answers 503
	MigrationFails bool          // KT_FAULT_MIGRATION=fail: the first pending one fails
	MigrationSlow  time.Duration // KT_FAULT_MIGRATION=slow:10s: each holds its locks that long
	IgnoresMissing bool          // KT_IGNORE_MISSING=1: starts on a schema newer than its own
	SlowQuery      time.Duration // KT_FAULT_SLOW_QUERY=2s: each database query sleeps first
	ErrorRate      float64       // KT_FAULT_ERROR_RATE=0.05: share of requests answered 500
	Latency        time.Duration // KT_FAULT_LATENCY=200ms: before every answer
	Slowness       float64       // KT_FAULT_SLOWNESS=3: every answer takes so many times as long
	// KT_FAULT_POLICY_ERROR_RATE=0.05: share of requests whose policy fails to evaluate
	PolicyErrorRate float64
}

// FromEnv reads the faults; all that is wrong with the variables is reported at once.
func FromEnv(getenv func(string) string) (Faults, error) {
	r := reader{getenv: getenv}
	faults := Faults{
		SlowBoot:        r.duration("KT_FAULT_SLOW_BOOT"),
		Unhealthy:       getenv("KT_FAULT_UNHEALTHY") == "1",
		SlowQuery:       r.duration("KT_FAULT_SLOW_QUERY"),
		ErrorRate:       r.rate("KT_FAULT_ERROR_RATE"),
		Latency:         r.duration("KT_FAULT_LATENCY"),
		Slowness:        r.times("KT_FAULT_SLOWNESS"),
		PolicyErrorRate: r.rate("KT_FAULT_POLICY_ERROR_RATE"),
	}
	faults.IgnoresMissing = getenv("KT_IGNORE_MISSING") == "1"
	faults.CrashAtBoot, faults.CrashAfter = r.switched("KT_FAULT_CRASH", "boot", "after")
	faults.MigrationFails, faults.MigrationSlow = r.switched("KT_FAULT_MIGRATION", "fail", "slow")
	return faults, errors.Join(r.errs...)
}

// reader collects what is wrong while it reads.
type reader struct {
	getenv func(string) string
	errs   []error
}

func (r *reader) duration(name string) time.Duration {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	return r.parse(name, value)
}

func (r *reader) parse(name, value string) time.Duration {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		r.errs = append(r.errs, fmt.Errorf("read %s: %q is no duration; write for example 5s", name, value))
		return 0
	}
	return d
}

func (r *reader) rate(name string) float64 {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	rate, err := strconv.ParseFloat(value, 64)
	if err != nil || rate < 0 || rate > 1 {
		r.errs = append(r.errs, fmt.Errorf("read %s: %q is no share between 0 and 1", name, value))
		return 0
	}
	return rate
}

func (r *reader) times(name string) float64 {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	times, err := strconv.ParseFloat(value, 64)
	if err != nil || times < 1 {
		r.errs = append(r.errs, fmt.Errorf("read %s: %q is no number from 1 on", name, value))
		return 0
	}
	return times
}

// switched reads a fault that is either a word, or another word with a duration.
func (r *reader) switched(name, word, timed string) (bool, time.Duration) {
	value := r.getenv(name)
	if value == "" || value == word {
		return value != "", 0
	}
	if rest, ok := strings.CutPrefix(value, timed+":"); ok {
		return false, r.parse(name, rest)
	}
	r.errs = append(r.errs, fmt.Errorf("read %s: %q is neither %s nor %s:DURATION", name, value, word, timed))
	return false, 0
}
