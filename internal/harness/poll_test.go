package harness_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
)

func TestUntil_AsksAgainAndSaysWhatWasWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		err := harness.Until(t.Context(), "the third time", time.Second, func(context.Context) error {
			if asked++; asked < 3 {
				return errors.New("not yet")
			}
			return nil
		})
		if err != nil || asked != 3 {
			t.Errorf("asked %d times: %v", asked, err)
		}
		refused := errors.New("refused")
		err = harness.Until(t.Context(), "never", time.Second, func(context.Context) error { return refused })
		if !errors.Is(err, refused) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
