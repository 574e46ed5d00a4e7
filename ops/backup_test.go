package ops_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

func (s slow) Prune(context.Context, time.Time, ...string) (string, error) { return "", nil }

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

// tidy is a folder of backups that remembers what was to be spared in it.
type tidy struct {
	ops.Backups
	verified error
	did      []string
}

func (b *tidy) Create(_ context.Context, name string, _ func(ops.Progress)) (ops.Backup, error) {
	b.did = append(b.did, "create "+name)
	return ops.Backup{File: name}, nil
}

func (b *tidy) Verify(_ context.Context, file string, _ func(ops.Progress)) (ops.Backup, error) {
	b.did = append(b.did, "verify")
	return ops.Backup{File: file}, b.verified
}

func (b *tidy) Prune(_ context.Context, now time.Time, spared ...string) (string, error) {
	b.did = append(b.did, fmt.Sprint("prune ", now.UTC().Format(time.DateOnly), " but ", spared))
	return "one", errors.New("the other is busy")
}

func TestBackup_RemovesWhatIsOldOnceTheNewOneIsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		env, backups := w.environment(onePerson()), &tidy{}
		env.Backups = backups
		o := newOperator(m, m, env)
		run, err := o.Propose(t.Context(), upgrade(t, "2.5.0", bob))
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []ops.Actor{bob, ops.Ktops()} {
			if _, err := o.Backup(t.Context(), "production", by, func(ops.Progress) {}); err != nil {
				t.Errorf("a good backup counts as failed: %v", err)
			}
		}
		spared := "prune 2000-01-01 but [" + run.ID + "]"
		want := []string{"create manual-20000101-000000", "verify", spared, "create window-20000101-000000", "verify", spared}
		if !slices.Equal(backups.did, want) {
			t.Errorf("did %q, want %q", backups.did, want)
		}
		backups.did, backups.verified = nil, errors.New("damaged")
		if _, err := o.Backup(t.Context(), "production", bob, func(ops.Progress) {}); err == nil || len(backups.did) != 2 {
			t.Errorf("did %q (%v), want no pruning", backups.did, err)
		}
	})
}

func TestBackup_SparesWhatAnOpenRollbackGoesBackTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, backups := newRegret(t), &tidy{}
		env := g.environment(g.policy)
		env.Backups = backups
		o := newOperator(g.m, g.m, env)
		req := g.back(ops.BackByBackup)
		req.Rollback.Backup = "older.dump" // which somebody took by hand
		run, err := o.Propose(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Backup(t.Context(), "production", ops.Ktops(), func(ops.Progress) {}); err != nil {
			t.Fatal(err)
		}
		if last, want := backups.did[len(backups.did)-1], fmt.Sprint("but ", []string{run.ID, g.run.ID, "older.dump"}); !strings.HasSuffix(last, want) {
			t.Errorf("did %q, want %q", last, want)
		}
	})
}
