package ops_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// slow takes as long for a backup as a large database does.
type slow struct {
	ops.Backups
	takes time.Duration
}

func (s slow) Create(ctx context.Context, name string, _ func(ops.Progress)) (ops.Backup, error) {
	select {
	case <-time.After(s.takes):
		return ops.Backup{File: name}, nil
	case <-ctx.Done():
		return ops.Backup{}, context.Cause(ctx)
	}
}

func (s slow) Verify(_ context.Context, file string, _ func(ops.Progress)) (ops.Backup, error) {
	return ops.Backup{File: file, VerifiedAt: time.Now()}, nil
}

func backingUp(t *testing.T) (*ops.Operator, *memory, chan error) {
	t.Helper()
	w, m := newWorld(t), newMemory()
	env := w.environment(onePerson())
	env.Backups = slow{takes: 10 * ops.LeaseTTL}
	o := newOperator(m, m, env)
	done := make(chan error, 1)
	go func() {
		_, err := o.Backup(t.Context(), "production", bob, func(ops.Progress) {})
		done <- err
	}()
	return o, m, done
}

func TestBackup_KeepsTheLeaseHoweverLongItTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, m, done := backingUp(t)
		time.Sleep(5 * ops.LeaseTTL)
		if lease, _ := m.Holder(t.Context(), "production"); lease == nil {
			t.Error("the lease ran out under the backup")
		}
		_, err := o.Backup(t.Context(), "production", bob, func(ops.Progress) {})
		refusal(t, err)
		if !errors.Is(err, ops.ErrHeld) {
			t.Errorf("who may wait cannot tell it from a no: %v", err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if lease, _ := m.Holder(t.Context(), "production"); lease != nil {
			t.Error("the lease was not given back")
		}
	})
}

func TestBackup_EndsWhenItsLeaseIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, done := backingUp(t)
		synctest.Wait()
		if _, err := o.Unlock(t.Context(), "production", bob, "it hangs"); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, ops.ErrFenced) {
			t.Error(err)
		}
	})
}
