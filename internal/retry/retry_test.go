package retry_test

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/retry"
)

func TestDelay_DoublesUpToTheMost(t *testing.T) {
	for attempts, want := range map[int]time.Duration{
		0: time.Second, 1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 6: 30 * time.Second, 1000: 30 * time.Second,
	} {
		if got := retry.Delay(attempts, time.Second, 30*time.Second); got < want*8/10 || got > want*12/10 {
			t.Errorf("after %d tries %s, want about %s", attempts, got, want)
		}
	}
}
