package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/containerd/errdefs"
	"github.com/sirupsen/logrus"
)

func quietPlatform(retry time.Duration) *Platform {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return &Platform{options: Options{Retry: retry}, log: logrus.NewEntry(log)}
}

func TestRetry_AsksAgainWhileTheEngineIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		err := quietPlatform(time.Minute).retry(t.Context(), "look", func() error {
			if calls++; calls < 8 {
				return fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
			}
			return nil
		})
		if err != nil || calls != 8 {
			t.Errorf("%d calls, %v", calls, err)
		}
	})
}

func TestRetry_GivesUpAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := quietPlatform(time.Minute).retry(t.Context(), "look", func() error { return io.ErrUnexpectedEOF })
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "look: ") {
			t.Errorf("error is %v", err)
		}
		if took := time.Since(began); took < 50*time.Second || took > 70*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestRetry_TakesAnAnswerForFinal(t *testing.T) {
	for _, final := range []error{errdefs.ErrNotFound, errdefs.ErrConflict, errors.New("no such image"), context.Canceled} {
		calls := 0
		err := quietPlatform(time.Minute).retry(t.Context(), "look", func() error {
			calls++
			return final
		})
		if !errors.Is(err, final) || calls != 1 {
			t.Errorf("%v: %d calls, %v", final, calls, err)
		}
	}
}
