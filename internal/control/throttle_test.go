package control_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

func TestThrottle_PassesOnFourASecondAndTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []float64
		throttle := control.NewThrottle(func(p ops.Progress) { got = append(got, p.Fraction) })
		for i := range 100 {
			throttle.Report(ops.Progress{Fraction: float64(i)})
			time.Sleep(10 * time.Millisecond) // of the bubble
		}
		for range 2 { // what was passed on is not passed on again
			throttle.Flush()
		}
		if diff := cmp.Diff([]float64{0, 25, 50, 75, 99}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestClient_BackupDoesNotFloodTheSocket(t *testing.T) {
	fake := newFake()
	fake.Progress = nil
	for i := range 800 {
		fake.Progress = append(fake.Progress, ops.Progress{Fraction: float64(i+1) / 800})
	}
	var told []ops.Progress
	_, err := dial(t, serve(t, fake).socket).Backup(t.Context(), "production", ops.Actor{}, func(p ops.Progress) { told = append(told, p) })
	if err != nil {
		t.Fatal(err)
	}
	if len(told) < 2 || len(told) > 100 {
		t.Fatalf("%d of 800 reports were told", len(told))
	}
	if first, last := told[0], told[len(told)-1]; first != fake.Progress[0] || last != fake.Progress[799] {
		t.Errorf("told from %v to %v", first, last)
	}
}
