// Package retry says how long to wait before a message is tried again.
package retry

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Delay is how long to wait after so many tries: first after one, twice as long after
// each, most at the longest, and a fifth more or less.
func Delay(attempts int, first, most time.Duration) time.Duration {
	b := &backoff.ExponentialBackOff{InitialInterval: first, RandomizationFactor: 0.2, Multiplier: 2, MaxInterval: most}
	b.Reset()
	wait := b.NextBackOff()
	for range min(attempts, 10) - 1 {
		wait = b.NextBackOff()
	}
	return wait
}
