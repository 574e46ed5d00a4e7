package ops_test

import (
	"context"
	"errors"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// slackIsDown is how groups are resolved on such a day.
type slackIsDown struct{}

func (slackIsDown) Members(context.Context, string) ([]string, error) {
	return nil, errors.New("slack is down")
}

func TestPropose_WhoIsNamedNeedsNoGroupToBeLookedUp(t *testing.T) {
	shell := ops.Actor{ID: "unix:dora", Name: "dora"}
	policy := ops.Policy{
		Request: ops.Who{Groups: []string{"S_ENGINEERS"}},
		Approve: ops.Who{Groups: []string{"S_APPROVERS"}, Users: []string{bob.ID, shell.ID}}, Approvals: 1,
	}
	for _, by := range []ops.Actor{bob, shell} {
		t.Run(by.ID, func(t *testing.T) {
			m := newMemory()
			o := newOperator(m, m, newWorld(t).environment(policy))
			o.SetGroups(slackIsDown{})
			if _, err := o.Propose(t.Context(), upgrade(t, "2.5.0", by)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPropose_WhoseGroupCannotBeSeenIsToldSo(t *testing.T) {
	policy := onePerson()
	policy.Request = ops.Who{Groups: []string{"S_ENGINEERS"}}
	m := newMemory()
	o := newOperator(m, m, newWorld(t).environment(policy))
	o.SetGroups(slackIsDown{})
	var no *ops.Refusal
	if _, err := o.Propose(t.Context(), upgrade(t, "2.5.0", mallory)); err == nil || errors.As(err, &no) {
		t.Errorf("want a failure and no refusal, got %v", err)
	}
	_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", ops.Actor{ID: "unix:eve"}))
	refusal(t, err) // no user of the machine is in a group of Slack's
}

func TestNeeded_RollbackThatAlsoSaysItRehearsesIsARollback(t *testing.T) {
	p := ops.Policy{Approvals: 1, RollbackApprovals: 2}
	if got := p.Needed(ops.Request{Rehearse: true, Rollback: &ops.Rollback{Way: ops.BackBySnapshot}}); got != 2 {
		t.Errorf("it needs %d, want 2", got)
	}
	if got := p.Needed(ops.Request{Rehearse: true, Maintenance: &ops.Maintenance{}}); got != 1 {
		t.Errorf("maintenance needs %d, want 1", got)
	}
}
