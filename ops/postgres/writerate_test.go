package postgres

import (
	"context"
	"testing"
)

func TestWriteRate_IsMeasuredOnceAnHourAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	var w writeRate
	rate := w.of(t.Context(), []string{"/nowhere", "/proc", dir})
	if rate < 1<<20 {
		t.Errorf("the disk writes %d bytes a second", rate)
	}
	if left := remaining(t, dir); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
	if again := w.of(t.Context(), []string{"/nowhere"}); again != rate {
		t.Errorf("asked again it is %d, was %d", again, rate)
	}
	w.at = w.at.Add(-measureAgain)
	if later := w.of(t.Context(), []string{"/nowhere"}); later != 0 {
		t.Errorf("an hour later it is still %d", later)
	}
}

func TestWriteRate_OfWhoCannotWaitDoesNotCount(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var w writeRate
	if rate := w.of(ctx, []string{t.TempDir()}); rate != 0 {
		t.Errorf("a stopped measurement counts: %d", rate)
	}
	if rate := w.of(t.Context(), []string{t.TempDir()}); rate == 0 {
		t.Error("it is not measured by the next")
	}
}
