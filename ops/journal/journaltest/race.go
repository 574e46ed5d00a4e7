package journaltest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// crowd is how many try the same thing at once.
const crowd = 16

// together calls f that often, all at once, and waits for them.
func together(f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range crowd {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

// twoApprovers click at once: each folds, decides, and on a conflict decides anew.
func twoApprovers(t *testing.T, open Open) {
	s := open(t)
	mustAppend(t, s, Proposal("r-1", "production"))
	together(func(i int) {
		who := ops.Actor{ID: fmt.Sprintf("U%d", i)}
		for {
			events, err := s.Events(t.Context(), "r-1", 0)
			if err != nil {
				t.Error(err)
				return
			}
			e := Next("r-1", len(events)+1, ops.RunApproval)
			e.Actor, e.Approval = who, &ops.Approval{By: who, At: time.Now().UTC()}
			err = s.Append(t.Context(), e)
			if err == nil {
				return
			}
			if !errors.Is(err, ops.ErrConflict) {
				t.Error(err)
				return
			}
		}
	})
	run := mustFold(t, s, "r-1")
	seen := map[string]bool{}
	for _, a := range run.Approvals {
		seen[a.By.ID] = true
	}
	if len(seen) != crowd || run.Seq != crowd+1 {
		t.Errorf("%d approvers in %d events, want %d in %d", len(seen), run.Seq, crowd, crowd+1)
	}
}

// manyProposers come through two openings, as through two processes.
func manyProposers(t *testing.T, open Open) {
	stores := []Store{open(t), open(t)}
	var won atomic.Int32
	together(func(i int) {
		err := stores[i%2].Append(t.Context(), Proposal(fmt.Sprintf("r-%d", i), "production"))
		switch {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, ops.ErrBusy):
			t.Errorf("proposer %d: %v", i, err)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d proposers won, want 1", won.Load())
	}
	if ids, err := stores[0].Runs(t.Context(), ops.RunQuery{}); err != nil || len(ids) != 1 {
		t.Errorf("runs = %v, %v; want one", ids, err)
	}
}

func manyHolders(t *testing.T, open Open) {
	stores := []Store{open(t), open(t)}
	var got atomic.Int32
	together(func(i int) {
		_, err := stores[i%2].Acquire(t.Context(), "production", fmt.Sprintf("runner %d", i), ttl)
		switch {
		case err == nil:
			got.Add(1)
		case !errors.Is(err, ops.ErrHeld):
			t.Errorf("runner %d: %v", i, err)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d runners got the lease, want 1", got.Load())
	}
}
