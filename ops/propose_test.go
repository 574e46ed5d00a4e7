package ops_test

import (
	"context"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// racing lets somebody else be faster by one event.
type racing struct {
	*memory
	before func(e ops.Event) error
}

func (r *racing) Append(ctx context.Context, e ops.Event) error {
	if err := r.before(e); err != nil {
		return err
	}
	return r.memory.Append(ctx, e)
}

func TestPropose_RunThatWasOpenAMomentAgoIsARefusalAndNoEmptyRun(t *testing.T) {
	j := &racing{newMemory(), func(ops.Event) error { return ops.ErrBusy }}
	o := newOperator(j, j.memory, newWorld(t).environment(onePerson()))
	_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
	refusal(t, err)
}

func TestPropose_WithoutApprovalsDoesNotReviveARejectedRun(t *testing.T) {
	policy := onePerson()
	policy.Approvals = 0
	m := newMemory()
	j := &racing{memory: m}
	j.before = func(e ops.Event) error {
		if e.Kind != ops.RunApproved || e.Seq != 2 {
			return nil
		}
		return m.Append(t.Context(), ops.Event{Run: e.Run, Seq: 2, Kind: ops.RunRejected, At: time.Now(), Actor: bob})
	}
	o := newOperator(j, m, newWorld(t).environment(policy))
	if run, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice)); err != nil || run.State != ops.Rejected {
		t.Errorf("%s %v", run.State, err)
	}
}
