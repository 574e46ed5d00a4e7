package ops_test

import (
	"context"
	"strings"
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

func TestPropose_RequestForTwoThingsIsRefused(t *testing.T) {
	closing, back := &ops.Maintenance{For: time.Hour}, &ops.Rollback{Way: ops.BackByImages}
	for name, req := range map[string]ops.Request{
		"maintenance and rollback":  {Maintenance: closing, Rollback: back},
		"maintenance and rehearsal": {Maintenance: closing, Rehearse: true},
		"rollback and rehearsal":    {Rollback: back, Rehearse: true},
	} {
		t.Run(name, func(t *testing.T) {
			d, m := newDowntime(t), newMemory()
			o := newOperator(m, m, d.environment(onePerson()))
			req.Environment, req.By, req.Target = "production", alice, version(t, "3.0.0")
			_, err := o.Propose(t.Context(), req)
			_, planned := o.Plan(t.Context(), req)
			for _, err := range []error{err, planned} {
				if r := refusal(t, err); !strings.Contains(r.Why, "one thing") {
					t.Error(r)
				}
			}
		})
	}
}
