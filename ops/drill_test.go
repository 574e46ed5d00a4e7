package ops_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func (s slow) Drill(ctx context.Context, name string, _ func(ops.Progress)) (ops.Drill, error) {
	b, err := s.Create(ctx, name, nil)
	return ops.Drill{File: b.File}, err
}

func TestDrill_HoldsTheLeaseAndEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		env := w.environment(onePerson())
		env.Backups = slow{takes: 10 * ops.LeaseTTL}
		o := newOperator(m, m, env)
		drill := func() error {
			d, err := o.Drill(t.Context(), "production", "nightly", ops.Ktops(), func(ops.Progress) {})
			if err == nil && d.File != "nightly" {
				t.Errorf("the drill is %+v", d)
			}
			return err
		}
		done := make(chan error, 1)
		go func() { done <- drill() }()
		time.Sleep(5 * ops.LeaseTTL)
		refusal(t, drill())
		if err := <-done; err != nil {
			t.Error(err)
		}
		go func() { done <- drill() }()
		synctest.Wait()
		if _, err := o.Unlock(t.Context(), "production", bob, "it hangs"); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, ops.ErrFenced) {
			t.Error(err)
		}
		_, err := o.Drill(t.Context(), "production", "", mallory, func(ops.Progress) {})
		refusal(t, err)
	})
}
