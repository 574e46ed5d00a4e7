package ops_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// counted counts how often a lease is asked for.
type counted struct {
	*memory
	asked atomic.Int64
}

func (c *counted) Acquire(ctx context.Context, environment, owner string, ttl time.Duration) (ops.Lease, error) {
	if c.asked.Add(1) > 100 {
		<-ctx.Done() // so that a loop without a pause fails the test instead of hanging it
	}
	return c.memory.Acquire(ctx, environment, owner, ttl)
}

func TestServe_LeaseOfAnotherProcessIsAskedForNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, l := newWorld(t), &counted{memory: newMemory()}
		o := newOperator(l.memory, l, w.environment(onePerson()))
		run := approve(t, o)
		if _, err := l.memory.Acquire(t.Context(), "production", "another", ops.LeaseTTL); err != nil {
			t.Fatal(err)
		}
		defer serve(t, o)()
		until(t, o, run.ID, ended)
		if n := l.asked.Load(); n > 10 {
			t.Errorf("asked %d times in %s", n, ops.LeaseTTL)
		}
	})
}

// stuck is a journal whose disk does not answer when a lease is renewed.
type stuck struct{ *memory }

func (stuck) Renew(ctx context.Context, _ ops.Lease, _ time.Duration) (ops.Lease, error) {
	<-ctx.Done()
	return ops.Lease{}, ctx.Err()
}

func TestServe_StepEndsWithALeaseThatCannotBeRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		w.block["roll api 1/1"] = make(chan struct{})
		w.reached = make(chan string, 100)
		o := newOperator(m, stuck{m}, w.environment(onePerson()))
		run := approve(t, o)
		defer serve(t, o)()
		reach(w, "roll api 1/1")
		time.Sleep(ops.LeaseTTL + time.Minute/2)
		close(w.block["roll api 1/1"])
		got := until(t, o, run.ID, func(r ops.Run) bool { return r.Steps[3].State == ops.StepDone })
		if got.Steps[3].Attempts < 2 {
			t.Error("the step went on without a lease")
		}
	})
}
