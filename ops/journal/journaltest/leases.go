package journaltest

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

const ttl = 30 * time.Second

func oneHolder(t *testing.T, open Open) {
	s := open(t)
	if holder, err := s.Holder(t.Context(), "production"); err != nil || holder != nil {
		t.Errorf("holder of a free lease = %v, %v", holder, err)
	}
	held := mustAcquire(t, s, "production", "first")
	for _, owner := range []string{"second", "first"} {
		present, err := s.Acquire(t.Context(), "production", owner, ttl)
		if !errors.Is(err, ops.ErrHeld) {
			t.Errorf("%s: error = %v, want ErrHeld", owner, err)
		}
		if diff := cmp.Diff(held, present); diff != "" {
			t.Errorf("%s is told another holder:\n%s", owner, diff)
		}
	}
	if err := s.Release(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if holder, err := s.Holder(t.Context(), "production"); err != nil || holder != nil {
		t.Errorf("holder after release = %v, %v", holder, err)
	}
	mustAcquire(t, s, "production", "second")
}

func takeover(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		first := mustAcquire(t, s, "production", "first")
		time.Sleep(ttl - time.Second)
		if _, err := s.Acquire(t.Context(), "production", "second", ttl); !errors.Is(err, ops.ErrHeld) {
			t.Fatalf("before it ran out: error = %v, want ErrHeld", err)
		}
		renewed, err := s.Renew(t.Context(), first, ttl)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(ttl - time.Second)
		if _, err := s.Acquire(t.Context(), "production", "second", ttl); !errors.Is(err, ops.ErrHeld) {
			t.Fatalf("after a renewal: error = %v, want ErrHeld", err)
		}
		time.Sleep(time.Second)
		// The same owner, so that only the token tells the new lease from the old.
		second := mustAcquire(t, s, "production", "first")
		if second.Token <= renewed.Token {
			t.Errorf("token %d after %d does not grow", second.Token, renewed.Token)
		}
		if _, err := s.Renew(t.Context(), renewed, ttl); !errors.Is(err, ops.ErrFenced) {
			t.Errorf("renewal of the lost lease: error = %v, want ErrFenced", err)
		}
		if err := s.Release(t.Context(), renewed); err != nil {
			t.Errorf("release of the lost lease: %v", err)
		}
		if holder, err := s.Holder(t.Context(), "production"); err != nil || holder == nil || !cmp.Equal(*holder, second) {
			t.Errorf("holder = %v, %v; want %v", holder, err, second)
		}
	})
}

func fencing(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, Proposal("r-1", "production"), Next("r-1", 2, ops.RunApproved))
		first := mustAcquire(t, s, "production", "first")
		mustAppend(t, s, tokened(3, ops.RunStarted, first))
		time.Sleep(ttl)
		mustAppend(t, s, tokened(4, ops.RunHeld, first)) // ran out, but nobody took it
		second := mustAcquire(t, s, "production", "second")
		if err := s.Append(t.Context(), tokened(5, ops.RunSucceeded, first)); !errors.Is(err, ops.ErrFenced) {
			t.Errorf("event of the lost lease: error = %v, want ErrFenced", err)
		}
		mustAppend(t, s, tokened(5, ops.RunStarted, second), Next("r-1", 6, ops.HoldAsked))
		if err := s.Release(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		if err := s.Append(t.Context(), tokened(7, ops.RunHeld, second)); !errors.Is(err, ops.ErrFenced) {
			t.Errorf("event of the lease given back: error = %v, want ErrFenced", err)
		}
	})
}

func tokened(seq int, kind ops.EventKind, lease ops.Lease) ops.Event {
	e := Next("r-1", seq, kind)
	e.Token = lease.Token
	return e
}

func breaking(t *testing.T, open Open) {
	s := open(t)
	if broken, err := s.Break(t.Context(), "production"); err != nil || broken != (ops.Lease{}) {
		t.Errorf("break of nothing = %v, %v; want the zero lease", broken, err)
	}
	mustAppend(t, s, Proposal("r-1", "production"))
	held := mustAcquire(t, s, "production", "first")
	broken, err := s.Break(t.Context(), "production")
	if err != nil || !cmp.Equal(held, broken) {
		t.Errorf("broken = %v, %v; want %v", broken, err, held)
	}
	if _, err := s.Renew(t.Context(), held, ttl); !errors.Is(err, ops.ErrFenced) {
		t.Errorf("renewal: error = %v, want ErrFenced", err)
	}
	if err := s.Append(t.Context(), tokened(2, ops.RunStarted, held)); !errors.Is(err, ops.ErrFenced) {
		t.Errorf("append: error = %v, want ErrFenced", err)
	}
}

func tokensGrow(t *testing.T, open Open) {
	s := open(t)
	last := int64(0)
	for i := range 6 {
		lease := mustAcquire(t, s, "production", "runner")
		if lease.Token <= last {
			t.Errorf("token %d after %d does not grow", lease.Token, last)
		}
		last = lease.Token
		if i%2 == 0 {
			if err := s.Release(t.Context(), lease); err != nil {
				t.Fatal(err)
			}
		} else if _, err := s.Break(t.Context(), "production"); err != nil {
			t.Fatal(err)
		}
	}
}

func leasesApart(t *testing.T, open Open) {
	s := open(t)
	mustAcquire(t, s, "production", "first")
	mustAcquire(t, s, "staging", "second")
	if _, err := s.Break(t.Context(), "staging"); err != nil {
		t.Fatal(err)
	}
	if holder, err := s.Holder(t.Context(), "production"); err != nil || holder == nil || holder.Owner != "first" {
		t.Errorf("holder of production = %v, %v", holder, err)
	}
}
