package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// desk is an operator over a world, with a proposal by Alice.
func desk(t *testing.T, policy ops.Policy) (*ops.Operator, *world, ops.Run) {
	t.Helper()
	w := newWorld(t)
	m := newMemory()
	o := newOperator(m, m, w.environment(policy))
	run, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
	if err != nil {
		t.Fatal(err)
	}
	return o, w, run
}

func TestPropose_StrangerIsRefused(t *testing.T) {
	w, m := newWorld(t), newMemory()
	o := newOperator(m, m, w.environment(onePerson()))
	_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", mallory))
	if r := refusal(t, err); !strings.Contains(r.Why, "Mallory may not act on production") {
		t.Error(r)
	}
}

func TestPropose_FailedCheckIsRefusedAndNothingRecorded(t *testing.T) {
	w, m := newWorld(t), newMemory()
	w.obs.Database.BackupFree = 0
	o := newOperator(m, m, w.environment(onePerson()))
	_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
	if r := refusal(t, err); len(r.Findings) != 1 || r.Findings[0].Check != "backup disk" {
		t.Error(r)
	}
	if len(m.events) != 0 {
		t.Error("a refused request was recorded as a run")
	}
}

func TestPropose_SecondRunIsRefusedAndNamesTheFirst(t *testing.T) {
	o, _, run := desk(t, onePerson())
	_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", bob))
	if r := refusal(t, err); !strings.Contains(r.Why, run.ID) || !strings.Contains(r.Why, "Alice") {
		t.Error(r)
	}
}

func TestApprove_WhoMay(t *testing.T) {
	for name, c := range map[string]struct {
		a    ops.Approval
		want string // empty: approved
	}{
		"approver":                {ops.Approval{By: bob}, ""},
		"requester":               {ops.Approval{By: alice}, "cannot approve it"},
		"stranger":                {ops.Approval{By: mallory}, "may not approve"},
		"glass by approver":       {ops.Approval{By: bob, BreakGlass: true, Reason: "site down"}, ""},
		"glass without reason":    {ops.Approval{By: bob, BreakGlass: true}, "needs a reason"},
		"glass by requester only": {ops.Approval{By: alice, BreakGlass: true, Reason: "me"}, "may not break the glass"},
	} {
		t.Run(name, func(t *testing.T) {
			o, _, run := desk(t, onePerson())
			run, err := o.Approve(t.Context(), run.ID, c.a)
			if c.want == "" {
				if err != nil || run.State != ops.Approved {
					t.Errorf("state %s, error %v", run.State, err)
				}
				return
			}
			if r := refusal(t, err); !strings.Contains(r.Why, c.want) || run.State != ops.Proposed {
				t.Errorf("state %s: %v", run.State, r)
			}
		})
	}
}

func TestApprove_RequesterWithBreakGlassNeedsNobodyElse(t *testing.T) {
	w, m := newWorld(t), newMemory()
	policy := onePerson()
	policy.Approvals = 2
	o := newOperator(m, m, w.environment(policy))
	run, err := o.Propose(t.Context(), upgrade(t, "2.5.0", bob))
	if err != nil {
		t.Fatal(err)
	}
	run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob, BreakGlass: true, Reason: "CVE in the wild"})
	if err != nil || run.State != ops.Approved || run.Approvals[0].Reason != "CVE in the wild" {
		t.Errorf("%s %+v %v", run.State, run.Approvals, err)
	}
}

func TestApprove_GroupMembersMay(t *testing.T) {
	policy := onePerson()
	policy.Approve = ops.Who{Groups: []string{"S_APPROVERS"}}
	o, _, run := desk(t, policy)
	o.SetGroups(groups{"S_APPROVERS": {carol.ID}})
	if _, err := o.Approve(t.Context(), run.ID, ops.Approval{By: bob}); err == nil {
		t.Error("Bob is in no group")
	}
	if _, err := o.Approve(t.Context(), run.ID, ops.Approval{By: carol}); err != nil {
		t.Error(err)
	}
}

type groups map[string][]string

func (g groups) Members(_ context.Context, group string) ([]string, error) { return g[group], nil }

func TestApprove_TwoAtOnceGiveOneRun(t *testing.T) {
	o, _, run := desk(t, onePerson())
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, who := range []ops.Actor{bob, carol} {
		wg.Go(func() { _, errs[i] = o.Approve(t.Context(), run.ID, ops.Approval{By: who}) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("exactly one must win: %v, %v", errs[0], errs[1])
	}
	events, err := o.Events(t.Context(), run.ID, 0)
	if err != nil || len(events) != 2 || events[1].Kind != ops.RunApproved {
		t.Errorf("%+v %v", events, err)
	}
	loser := errs[0]
	if loser == nil {
		loser = errs[1]
	}
	if r := refusal(t, loser); !strings.Contains(r.Why, "already approved by") {
		t.Error(r)
	}
}

func TestApprove_SamePersonTwiceCountsOnce(t *testing.T) {
	policy := onePerson()
	policy.Approvals = 2
	o, _, run := desk(t, policy)
	for range 2 {
		got, err := o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
		if err != nil || got.State != ops.Proposed || len(got.Approvals) != 1 {
			t.Fatalf("%s %v %v", got.State, got.Approvals, err)
		}
	}
	got, err := o.Approve(t.Context(), run.ID, ops.Approval{By: carol})
	if err != nil || got.State != ops.Approved {
		t.Errorf("%s %v", got.State, err)
	}
}

func TestApprove_DriftedPlanIsVoidWithTheDifference(t *testing.T) {
	o, w, run := desk(t, onePerson())
	w.obs.Platform.Images[0].ID = "api@rebuilt"
	got, err := o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
	if r := refusal(t, err); !strings.Contains(r.Why, "api@rebuilt") || got.State != ops.Void {
		t.Errorf("%s: %v", got.State, r)
	}
	if _, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice)); err != nil {
		t.Errorf("a void run must not block the next: %v", err)
	}
}

func TestApprove_ExpiredProposalIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, run := desk(t, onePerson())
		time.Sleep(ops.DefaultApprovalTTL + time.Second)
		got, err := o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
		if r := refusal(t, err); !strings.Contains(r.Why, "expired") || got.State != ops.Expired {
			t.Errorf("%s: %v", got.State, r)
		}
	})
}

func TestReject_ByApproverOrRequesterOnly(t *testing.T) {
	o, _, run := desk(t, onePerson())
	if _, err := o.Reject(t.Context(), run.ID, mallory, "no"); err == nil {
		t.Error("a stranger rejected")
	}
	got, err := o.Reject(t.Context(), run.ID, carol, "not on a Friday")
	if err != nil || got.State != ops.Rejected || got.Reason != "not on a Friday" {
		t.Errorf("%s %q %v", got.State, got.Reason, err)
	}
	if _, err := o.Approve(t.Context(), run.ID, ops.Approval{By: bob}); err == nil {
		t.Error("a rejected run was approved")
	}
}

func TestPropose_AnotherPlanThanTheOneShownIsRefused(t *testing.T) {
	w, m := newWorld(t), newMemory()
	o := newOperator(m, m, w.environment(onePerson()))
	req := upgrade(t, "2.5.0", alice)
	shown, err := o.Plan(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Digest = shown.Digest
	w.obs.Platform.Images[0].ID = "api@rebuilt"
	_, err = o.Propose(t.Context(), req)
	if r := refusal(t, err); !strings.Contains(r.Why, "changed since the plan was shown") {
		t.Error(r)
	}
	w.obs.Platform.Images[0].ID = "api@2.5.0"
	if _, err := o.Propose(t.Context(), req); err != nil {
		t.Error(err)
	}
}
