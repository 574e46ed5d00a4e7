package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestApprove_WindowPlanNeedsAnOpeningThatTheCalendarHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run, err := o.Propose(t.Context(), upgrade(t, "3.0.0", alice))
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
		if r := refusal(t, err); !strings.Contains(r.Why, "an opening must be chosen") {
			t.Error(r)
		}
		forged := ops.Opening{Window: "night", Key: "2099-01-01T00:00", Opens: time.Now(), Closes: time.Now().Add(time.Hour)}
		_, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob, Opening: &forged})
		refusal(t, err)
		chosen := ops.Opening{Key: d.calendar.opening.Key}
		run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob, Opening: &chosen})
		if err != nil || run.State != ops.Scheduled || run.Opening.Opens != d.calendar.opening.Opens {
			t.Errorf("%s %+v %v", run.State, run.Opening, err)
		}
	})
}

// twoCoasts has windows of two zones whose openings have one key.
type twoCoasts []ops.Opening

func (c twoCoasts) Openings(context.Context, string, time.Time, int) ([]ops.Opening, error) {
	return c, nil
}

func (twoCoasts) Frozen(context.Context, string, time.Time, time.Time) (*ops.Freeze, error) {
	return nil, nil
}

func TestApprove_OfTwoOpeningsWithOneKeyTheChosenWindowCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		env, east := d.environment(onePerson()), d.calendar.opening
		west := east
		east.Window, west.Window = "east", "west"
		west.Opens, west.Closes = east.Opens.Add(3*time.Hour), east.Closes.Add(3*time.Hour)
		env.Calendar = twoCoasts{east, west}
		o := newOperator(m, m, env)
		run, err := o.Propose(t.Context(), upgrade(t, "3.0.0", alice))
		if err != nil {
			t.Fatal(err)
		}
		run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob, Opening: &ops.Opening{Window: "west", Key: west.Key}})
		if err != nil || run.Opening == nil || run.Opening.Window != "west" {
			t.Errorf("approved into %+v, %v", run.Opening, err)
		}
	})
}

func TestPropose_OneRunAnOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		first := scheduled(t, o)
		req := upgrade(t, "3.0.0", alice)
		req.Window = "night"
		_, err := o.Propose(t.Context(), req)
		if r := refusal(t, err); !strings.Contains(r.Why, first.ID) {
			t.Error(r)
		}
		req.Window = "weekend"
		_, err = o.Propose(t.Context(), req)
		if r := refusal(t, err); !strings.Contains(r.Error(), "night") {
			t.Errorf("does not say which windows there are: %v", r)
		}
	})
}

// Nobody should approve, and be told about, what cannot begin.
func TestPropose_RefusesWhatDoesNotFitIntoItsOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		req := upgrade(t, "3.0.0", alice)
		req.Window = ops.NextWindow
		lasts := d.calendar.opening.Closes
		d.calendar.opening.Closes = d.calendar.opening.Opens.Add(time.Minute)
		_, err := o.Propose(t.Context(), req)
		if r := refusal(t, err); !strings.Contains(r.Why, "with the way back, and window night lasts 1m0s") {
			t.Error(r)
		}
		d.calendar.opening.Closes = lasts
		time.Sleep(time.Until(lasts) - time.Minute) // it is open, and nearly over
		_, err = o.Propose(t.Context(), req)
		if r := refusal(t, err); !strings.Contains(r.Why, "window night is open for another 1m0s") {
			t.Error(r)
		}
	})
}

func TestApprove_RefusesAnOpeningIntoWhichTheRunDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run, err := o.Propose(t.Context(), upgrade(t, "3.0.0", alice))
		if err != nil {
			t.Fatal(err)
		}
		d.calendar.opening.Closes = d.calendar.opening.Opens.Add(time.Minute)
		_, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob, Opening: &ops.Opening{Key: ops.NextWindow}})
		if r := refusal(t, err); !strings.Contains(r.Why, "window night lasts 1m0s") {
			t.Error(r)
		}
		if now, err := o.Run(t.Context(), run.ID); err != nil || now.State != ops.Proposed {
			t.Errorf("the run is %s, %v", now.State, err)
		}
	})
}

func TestPropose_WithoutApprovalsAWindowIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(ops.Policy{Request: ops.Who{Users: []string{"*"}}}))
		_, err := o.Propose(t.Context(), upgrade(t, "3.0.0", alice))
		if r := refusal(t, err); !strings.Contains(strings.Join(r.Try, ","), "--window next") {
			t.Error(r)
		}
		req := upgrade(t, "3.0.0", alice)
		req.Window = ops.NextWindow
		if run, err := o.Propose(t.Context(), req); err != nil || run.State != ops.Scheduled {
			t.Errorf("%s %v", run.State, err)
		}
	})
}

func TestBegin_DriftedPlanIsAskedAgainAndPassesUnusedWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		time.Sleep(time.Until(d.calendar.opening.Opens))
		d.obs.Platform.Images[2].ID = "gateway@rebuilt"
		again, err := o.Begin(t.Context(), run.ID)
		if err != nil || again.ID == run.ID || again.State != ops.Proposed || again.Request.Replaces != run.ID {
			t.Fatalf("%s %s %v", again.ID, again.State, err)
		}
		if was, _ := o.Run(t.Context(), run.ID); was.State != ops.Void || !strings.Contains(was.Reason, "gateway") {
			t.Errorf("%s: %s", was.State, was.Reason)
		}
		time.Sleep(time.Hour) // longer than any proposal waits outside a window
		if _, err := o.Scheduled(t.Context(), "production"); err != nil {
			t.Fatal(err)
		}
		if now, _ := o.Run(t.Context(), again.ID); now.State != ops.Proposed {
			t.Errorf("it stopped asking while the opening could be used: %s", now.State)
		}
		time.Sleep(time.Hour)
		if _, err := o.Scheduled(t.Context(), "production"); err != nil {
			t.Fatal(err)
		}
		if now, _ := o.Run(t.Context(), again.ID); now.State != ops.Expired {
			t.Errorf("%s after the opening", now.State)
		}
	})
}

func TestBegin_DriftThatIsApprovedInTimeRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		defer serve(t, o)()
		time.Sleep(time.Until(d.calendar.opening.Opens))
		d.mu.Lock()
		d.obs.Platform.Images[2].ID = "gateway@rebuilt"
		d.mu.Unlock()
		again, err := o.Begin(t.Context(), run.ID)
		if err == nil {
			again, err = o.Approve(t.Context(), again.ID, ops.Approval{By: carol})
		}
		if err == nil {
			_, err = o.Begin(t.Context(), again.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := until(t, o, again.ID, ended); got.State != ops.Succeeded {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestBegin_TooLateSaysByHowMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		time.Sleep(time.Until(run.LatestStart()) + 90*time.Second)
		got, err := o.Begin(t.Context(), run.ID)
		if err != nil || got.State != ops.Missed || !strings.Contains(got.Reason, "1m30s more than is left would be needed") {
			t.Errorf("%s %q %v", got.State, got.Reason, err)
		}
	})
}

func TestBegin_CheckThatFailsNowLetsTheWindowPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		time.Sleep(time.Until(d.calendar.opening.Opens))
		d.obs.Database.BackupFree = 1 << 20
		got, err := o.Begin(t.Context(), run.ID)
		if err != nil || got.State != ops.Missed || !strings.Contains(got.Reason, "backup disk") {
			t.Errorf("%s %q %v", got.State, got.Reason, err)
		}
	})
}

func TestBegin_WaitsForAnotherRunAndIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		time.Sleep(time.Until(d.calendar.opening.Opens))
		other, err := o.Propose(t.Context(), upgrade(t, "3.0.0", alice))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Begin(t.Context(), run.ID); !errors.Is(err, ops.ErrBusy) {
			t.Fatalf("want that another run is in the way, got %v", err)
		}
		if _, err := o.Reject(t.Context(), other.ID, bob, ""); err != nil {
			t.Fatal(err)
		}
		if got, err := o.Begin(t.Context(), run.ID); err != nil || got.State != ops.Approved {
			t.Errorf("%s %v", got.State, err)
		}
	})
}

func TestFreeze_StopsEverythingButAnUrgentRunWithItsOwnApproval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.target(t, "2.5.0")
		d.calendar.freeze = &ops.Freeze{From: time.Now().Add(-time.Hour), Until: time.Now().Add(24 * time.Hour), Reason: "Black Friday"}
		nobody := ops.Policy{Request: ops.Who{Users: []string{"*"}}, Approve: ops.Who{Users: []string{bob.ID}}}
		o := newOperator(m, m, d.environment(nobody))
		req := upgrade(t, "2.5.0", alice)
		_, err := o.Propose(t.Context(), req)
		if r := refusal(t, err); !strings.Contains(r.Why, "frozen until") || !strings.Contains(r.Why, "Black Friday") {
			t.Error(r)
		}
		closing := ops.Request{Environment: "production", By: alice, Maintenance: &ops.Maintenance{For: time.Hour}}
		_, err = o.Propose(t.Context(), closing)
		refusal(t, err)
		req.Urgent, req.Reason = true, "CVE-2026-1234"
		run, err := o.Propose(t.Context(), req)
		if err != nil || run.State != ops.Proposed {
			t.Fatalf("an urgent run needs an approval in a freeze also where none is asked for: %s %v", run.State, err)
		}
		if run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob}); err != nil || run.State != ops.Approved {
			t.Errorf("%s %v", run.State, err)
		}
	})
}

func TestFreeze_ThatCameAfterTheApprovalLetsTheWindowPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		d.calendar.freeze = &ops.Freeze{From: time.Now(), Until: time.Now().Add(24 * time.Hour), Reason: "audit"}
		time.Sleep(time.Until(d.calendar.opening.Opens))
		got, err := o.Begin(t.Context(), run.ID)
		if err != nil || got.State != ops.Missed || !strings.Contains(got.Reason, "audit") {
			t.Errorf("%s %q %v", got.State, got.Reason, err)
		}
	})
}

func TestBegin_BroughtForwardRunsBeforeAFreeze(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		d.calendar.freeze = &ops.Freeze{From: time.Now().Add(3 * time.Hour), Until: time.Now().Add(4 * time.Hour), Reason: "audit"}
		if got, err := o.Begin(t.Context(), run.ID); err != nil || got.State != ops.Approved {
			t.Errorf("%s %q %v", got.State, got.Reason, err)
		}
	})
}

func TestAbort_OfAScheduledRunWithdrawsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		if got, err := o.Abort(t.Context(), run.ID, alice, "not this week"); err != nil || got.State != ops.Aborted {
			t.Errorf("%s %v", got.State, err)
		}
		if got, err := o.Begin(t.Context(), run.ID); err != nil || got.State != ops.Aborted {
			t.Errorf("%s %v", got.State, err)
		}
	})
}

func TestRequest_CannotBringItsOwnOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		req := upgrade(t, "3.0.0", alice)
		req.Opening = &ops.Opening{Window: "mine", Key: "now", Opens: time.Now(), Closes: time.Now().Add(100 * time.Hour)}
		req.Replaces, req.Frozen = "r-abcdef", "no"
		run, err := o.Propose(t.Context(), req)
		if err != nil || run.Opening != nil || run.Request.Replaces != "" || run.Request.Frozen != "" {
			t.Errorf("%+v %v", run.Request, err)
		}
	})
}
