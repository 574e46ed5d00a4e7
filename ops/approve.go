package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Plan observes the environment and plans the request. Nothing is recorded.
func (o *Operator) Plan(ctx context.Context, req Request) (Plan, error) {
	env, err := o.environment(req.Environment)
	if err != nil {
		return Plan{}, err
	}
	if req, err = o.settle(ctx, env, req); err != nil {
		return Plan{}, err
	}
	return o.plan(ctx, env, req)
}

func (o *Operator) plan(ctx context.Context, env Environment, req Request) (Plan, error) {
	if req.Maintenance != nil {
		return planClosing(ctx, env, req)
	}
	if req.Rollback != nil {
		return o.planReturn(ctx, env, req)
	}
	if req.Rehearse {
		if err := refuseRehearsal(env, req); err != nil {
			return Plan{}, err
		}
	}
	obs, err := o.observe(ctx, env, req.Target)
	if err != nil {
		return Plan{}, err
	}
	return NewPlan(obs, req, env.Rules)
}

// planClosing needs nothing but the edge: it is asked for when the rest is ill.
func planClosing(ctx context.Context, env Environment, req Request) (Plan, error) {
	if env.Edge == nil {
		return Plan{}, refuseEdge(env.Name)
	}
	if req.Maintenance.For <= 0 || req.Maintenance.For > LongestMaintenance {
		return Plan{}, Refuse(fmt.Sprintf("the edge can be closed for up to %s, not for %s", DurationText(LongestMaintenance), DurationText(req.Maintenance.For)),
			"maintenance on 30m REASON")
	}
	edge, err := env.Edge.Look(ctx)
	if err != nil {
		return Plan{}, fmt.Errorf("look at the edge of %s: %w", env.Name, err)
	}
	return closingPlan(env.Name, edge, req, time.Now().UTC()), nil
}

// LongestMaintenance is the longest that the edge is closed on request.
const LongestMaintenance = 24 * time.Hour

// Propose plans the request and records it as a run that waits for approval; it
// is approved at once where the policy asks for no approvals.
func (o *Operator) Propose(ctx context.Context, req Request) (Run, error) {
	env, err := o.environment(req.Environment)
	if err != nil {
		return Run{}, err
	}
	if err := o.mayRequest(ctx, env, req.By); err != nil {
		return Run{}, err
	}
	if req.Urgent && strings.TrimSpace(req.Reason) == "" {
		return Run{}, Refuse("what is urgent needs a reason; it is announced and kept", req.again()+" --urgent REASON")
	}
	req.Opening, req.Replaces, req.Frozen = nil, "", "" // never the caller's to say
	if req.Rollback != nil && req.Window != "" {
		return Run{}, Refuse("a rollback waits for no window", req.again())
	}
	if req.Window != "" {
		if req.Opening, err = o.resolve(ctx, env, Opening{Key: req.Window}, ""); err != nil {
			return Run{}, err
		}
	}
	if req.Rollback != nil {
		if err := o.refuseBusy(ctx, env); err != nil {
			return Run{}, err
		}
	}
	if req, err = o.settle(ctx, env, req); err != nil {
		return Run{}, err
	}
	return o.propose(ctx, env, req)
}

func (o *Operator) propose(ctx context.Context, env Environment, req Request) (Run, error) {
	if req.Opening == nil {
		if err := o.refuseBusy(ctx, env); err != nil {
			return Run{}, err
		}
	}
	plan, err := o.plan(ctx, env, req)
	if err != nil {
		return Run{}, err
	}
	from, until := req.during(time.Now(), plan.Estimate())
	freeze, err := o.refuseFrozen(ctx, env, req, from, until)
	if err != nil {
		return Run{}, err
	}
	if freeze != nil {
		req.Frozen = freeze.Reason
	}
	if plan.Strategy == Window && req.Opening == nil && env.Policy.Needed(req) == 0 {
		return Run{}, Refuse(plan.Why+", so it needs a maintenance window", "upgrade "+req.Target.String()+" --window "+NextWindow)
	}
	if err := refuseFailed(plan); err != nil {
		return Run{}, err
	}
	if req.Digest != "" && req.Digest != plan.Digest {
		return Run{}, Refuse("the world changed since the plan was shown", "plan "+req.Target.String())
	}
	e := Event{Run: "r-" + shortID(), Seq: 1, Kind: RunProposed, At: time.Now().UTC(), Actor: req.By, Request: &req, Plan: &plan}
	if req.Opening != nil && req.Replaces == "" {
		if err := Fold([]Event{e}).refuseUnfit(*req.Opening, e.At); err != nil {
			return Run{}, err
		}
	}
	if err := o.journal.Append(ctx, e); errors.Is(err, ErrBusy) {
		if busy := o.refuseBusy(ctx, env); busy != nil {
			return Run{}, busy
		}
		return Run{}, Refuse("another run was open in "+env.Name+" until a moment ago", req.again())
	} else if err != nil {
		return Run{}, fmt.Errorf("record the proposal: %w", err)
	}
	o.record(e)
	run := Fold([]Event{e})
	if env.Policy.Needed(req) == 0 {
		run, err = o.decide(ctx, run.ID, func(run Run) (*Event, error) {
			if run.State != Proposed {
				return nil, nil // rejected or withdrawn meanwhile
			}
			return &Event{Kind: RunApproved, Actor: Ktops(), Reason: "the policy asks for no approval"}, nil
		})
		o.kick()
		return run, err
	}
	o.hub.publish(Update{Run: run, Remaining: plan.Estimate()})
	return run, nil
}

func refuseFailed(plan Plan) error {
	failed := slices.DeleteFunc(slices.Clone(plan.Checks), func(f Finding) bool { return f.Level != Fail })
	if len(failed) == 0 {
		return nil
	}
	return &Refusal{Why: fmt.Sprintf("%s of %s failed in %s", plural(len(failed), "check"), plan.Target, plan.Environment), Findings: failed}
}

// again is the command that asks for the same once more.
func (r Request) again() string {
	if r.Maintenance != nil {
		return "maintenance on"
	}
	if r.Rollback != nil {
		return strings.TrimSpace("rollback " + r.Rollback.Run)
	}
	if r.Rehearse {
		return "rehearse " + r.Target.String()
	}
	return "upgrade " + r.Target.String()
}

// refuseBusy refuses while another run is open, and says whose.
func (o *Operator) refuseBusy(ctx context.Context, env Environment) error {
	open, err := o.openRuns(ctx, env.Name)
	if err != nil || len(open) == 0 {
		return err
	}
	i := slices.IndexFunc(open, Run.Exclusive)
	if i < 0 {
		return nil
	}
	run := open[i]
	return Refuse(fmt.Sprintf("run %s (%s to %s, asked for by %s) is %s in %s", run.ID, run.Plan.From, run.Plan.Target,
		run.Request.By, strings.ReplaceAll(string(run.State), "_", " "), env.Name), wayOut(run)...)
}

func wayOut(run Run) []string {
	if run.Request.Rehearse { // nothing is lost with it
		return []string{"abort " + run.ID}
	}
	switch run.State {
	case Proposed:
		return []string{"approve " + run.ID, "reject " + run.ID}
	case Scheduled:
		return []string{"abort " + run.ID}
	case Held:
		return []string{"resume " + run.ID, "abort " + run.ID}
	}
	return []string{"status", "abort " + run.ID}
}

// openRuns lists the open runs of an environment after ending proposals that
// nobody approved in time.
func (o *Operator) openRuns(ctx context.Context, environment string) ([]Run, error) {
	runs, err := o.runs(ctx, RunQuery{Environment: environment, OpenOnly: true})
	if err != nil {
		return nil, err
	}
	var open []Run
	for _, run := range runs {
		if run, err = o.expire(ctx, run); err != nil {
			return nil, err
		}
		if run.State.Open() {
			open = append(open, run)
		}
	}
	return open, nil
}

func (o *Operator) expire(ctx context.Context, run Run) (Run, error) {
	env, err := o.environment(run.Request.Environment)
	if err != nil {
		return run, err
	}
	if run.State != Proposed || time.Now().Before(env.Policy.expires(run)) {
		return run, nil
	}
	return o.decide(ctx, run.ID, func(run Run) (*Event, error) {
		if run.State != Proposed {
			return nil, nil
		}
		return &Event{Kind: RunExpired, Actor: Ktops(), Reason: "nobody approved it in time"}, nil
	})
}

// Approve is one person's yes. Identity and policy are checked here, the world is
// observed again, and a plan that drifted is void. The last approval that is
// needed starts the run.
func (o *Operator) Approve(ctx context.Context, id string, a Approval) (Run, error) {
	run, err := o.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	env, err := o.environment(run.Request.Environment)
	if err != nil {
		return Run{}, err
	}
	if run, err = o.expire(ctx, run); err != nil {
		return run, err
	}
	if done, err := approvable(run, a.By); done || err != nil {
		return run, err
	}
	if err := o.mayApprove(ctx, env, run, a); err != nil {
		return run, err
	}
	if a.Opening, err = o.openingFor(ctx, env, run, a.Opening); err != nil {
		return run, err
	}
	if err := o.voidIfDrifted(ctx, env, run); err != nil {
		return o.afterRefusal(ctx, run, err)
	}
	a.At, a.Digest = time.Now().UTC(), run.Plan.Digest
	run, err = o.decide(ctx, id, func(run Run) (*Event, error) {
		if done, err := approvable(run, a.By); done || err != nil {
			return nil, err
		}
		e := &Event{Kind: RunApproval, Actor: a.By, Approval: &a, Reason: a.Reason}
		if env.Policy.enough(run.Request, append(slices.Clone(run.Approvals), a)) {
			e.Kind = RunApproved
		}
		return e, nil
	})
	o.kick()
	return run, err
}

// openingFor is the opening that an approval is for: the run's own, or the one that
// the approver chose, as the calendar has it.
func (o *Operator) openingFor(ctx context.Context, env Environment, run Run, chosen *Opening) (*Opening, error) {
	switch {
	case run.Opening != nil && (chosen == nil || run.Opening.same(*chosen)):
		return run.Opening, nil
	case run.Opening != nil:
		return nil, Refuse(fmt.Sprintf("run %s is for window %s on %s", run.ID, run.Opening.Window, ClockText(run.Opening.Opens, run.Opening.Zone)))
	case chosen != nil && run.Request.Rollback != nil:
		return nil, Refuse("a rollback waits for no window", "approve "+run.ID)
	case chosen != nil:
		opening, err := o.resolve(ctx, env, *chosen, run.ID)
		if err != nil {
			return nil, err
		}
		if err := run.refuseUnfit(*opening, time.Now()); err != nil {
			return nil, err
		}
		_, err = o.refuseFrozen(ctx, env, run.Request, opening.Opens, opening.Closes)
		return opening, err
	case run.Plan.Strategy == Window:
		return nil, Refuse(run.Plan.Why+", so an opening must be chosen for it", "approve "+run.ID+" --window "+NextWindow)
	}
	return nil, nil
}

// afterRefusal gives the run as the refusal left it.
func (o *Operator) afterRefusal(ctx context.Context, run Run, refusal error) (Run, error) {
	if now, err := o.Run(ctx, run.ID); err == nil {
		run = now
	}
	return run, refusal
}

// approvable tells whether an approval by this person is already there (done), or
// can no longer be given.
func approvable(run Run, by Actor) (done bool, err error) {
	if slices.ContainsFunc(run.Approvals, func(a Approval) bool { return a.By.ID == by.ID }) {
		return true, nil
	}
	switch run.State {
	case Proposed:
		return false, nil
	case Scheduled, Approved, Running, Held, Succeeded:
		var names []string
		for _, a := range run.Approvals {
			names = append(names, a.By.String())
		}
		return false, Refuse(fmt.Sprintf("run %s is already approved by %s", run.ID, strings.Join(names, " and ")))
	}
	return false, Refuse(fmt.Sprintf("run %s is %s: %s", run.ID, run.State, run.Reason), run.Request.again())
}

// voidIfDrifted observes the world again and voids the run when its plan is no
// longer the one that was shown.
func (o *Operator) voidIfDrifted(ctx context.Context, env Environment, run Run) error {
	now, err := o.plan(ctx, env, run.Request)
	var refusal *Refusal
	var reason string
	switch {
	case errors.As(err, &refusal):
		reason = refusal.Error()
	case err != nil:
		return err
	case len(Drift(run.Plan, now)) > 0:
		reason = strings.Join(Drift(run.Plan, now), "; ")
	default:
		return refuseFailed(now)
	}
	_, err = o.decide(ctx, run.ID, func(run Run) (*Event, error) {
		if run.State != Proposed {
			return nil, nil
		}
		return &Event{Kind: RunVoid, Actor: Ktops(), Reason: "the world changed after the plan was made: " + reason}, nil
	})
	if err != nil {
		return err
	}
	return Refuse("the plan is void, for the world changed after it was made: "+reason, run.Request.again())
}

// Reject is a no to a proposal, by an approver or by who asked for it.
func (o *Operator) Reject(ctx context.Context, id string, by Actor, reason string) (Run, error) {
	return o.control(ctx, id, by, func(run Run) (*Event, error) {
		if run.State != Proposed {
			return nil, Refuse(fmt.Sprintf("run %s is %s and can no longer be rejected", id, run.State), wayOut(run)...)
		}
		return &Event{Kind: RunRejected, Actor: by, Reason: reason}, nil
	})
}

// control decides something about a run for a person who may act on its environment.
func (o *Operator) control(ctx context.Context, id string, by Actor, judge func(Run) (*Event, error)) (Run, error) {
	run, err := o.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	env, err := o.environment(run.Request.Environment)
	if err != nil {
		return run, err
	}
	if run.Request.By.ID != by.ID {
		if err := o.mayControl(ctx, env, by); err != nil {
			return run, err
		}
	}
	run, err = o.decide(ctx, id, judge)
	o.kick()
	return run, err
}

// mayControl refuses who may neither approve nor break the glass.
func (o *Operator) mayControl(ctx context.Context, env Environment, by Actor) error {
	ok, err := o.anyIncludes(ctx, by, env.Policy.Approve, env.Policy.BreakGlass)
	if err != nil || ok {
		return err
	}
	return Refuse(fmt.Sprintf("%s may not control runs in %s", by, env.Name), "ask one of the approvers, or who asked for the run")
}

// refuseMixed refuses a request for two things at once: what people approve, and how many
// of them, must not depend on which is looked at first.
func (r Request) refuseMixed() error {
	kinds := 0
	for _, asked := range []bool{r.Maintenance != nil, r.Rollback != nil, r.Rehearse} {
		if asked {
			kinds++
		}
	}
	if kinds > 1 {
		return Refuse("a request is for one thing: an upgrade, maintenance, a rehearsal or a rollback")
	}
	return nil
}
