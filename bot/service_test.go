package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// service is a small domain: one policy, events in memory, folds as in production.
type service struct {
	policy ops.Policy
	// slow is how long observing takes.
	slow time.Duration
	// drift voids plans at the click; broken fails whatever observes.
	drift  string
	broken error

	mu       sync.Mutex
	events   map[string][]ops.Event
	order    []string
	watchers []chan ops.Update
	calls    []string
	approved int
	verified ops.Report
	openings []ops.Opening
	edge     *ops.EdgeState
	// lost is how many rows going back by the snapshot loses; gone is set when that is not
	// possible any more.
	lost int64
	gone bool
}

func newService() *service {
	return &service{
		policy: ops.Policy{Approve: ops.Who{Users: []string{"U0BOB", "U0CAROL"}}, Approvals: 1, ApprovalTTL: 30 * time.Minute},
		events: map[string][]ops.Event{},
		lost:   1204,
	}
}

func (s *service) needed(run ops.Run) int {
	if r := run.Request.Rollback; r != nil && r.Loses() {
		return max(s.policy.Approvals, s.policy.RollbackApprovals)
	}
	return s.policy.Approvals
}

func (s *service) Environments() []string { return []string{"production", "staging"} }

func (s *service) observe(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(s.slow):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

func (s *service) Plan(ctx context.Context, req ops.Request) (ops.Plan, error) {
	s.note("plan " + req.Environment + " " + req.Target.String())
	if err := s.observe(ctx); err != nil {
		return ops.Plan{}, err
	}
	return planFor(req), nil
}

func (s *service) Propose(ctx context.Context, req ops.Request) (ops.Run, error) {
	s.note("propose " + req.Environment + " " + req.Target.String())
	if err := s.observe(ctx); err != nil {
		return ops.Run{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.order {
		if run := ops.Fold(s.events[id]); run.Exclusive() && req.Window == "" && run.Plan.Environment == req.Environment {
			return ops.Run{}, ops.Refuse("run "+id+" is open in "+req.Environment, "approve "+id)
		}
	}
	if len(s.policy.Request.Users) > 0 && !slices.Contains(s.policy.Request.Users, req.By.ID) {
		return ops.Run{}, ops.Refuse(req.By.String()+" may not ask for runs in "+req.Environment, "ask an operator")
	}
	p := planFor(req)
	if req.Window != "" {
		i := slices.IndexFunc(s.openings, func(o ops.Opening) bool { return req.Window == ops.NextWindow || req.Window == o.Window })
		if i < 0 {
			return ops.Run{}, ops.Refuse(req.Environment+" has no window "+req.Window+" to come", "upgrade 3.0.0 --window next")
		}
		req.Opening = &s.openings[i]
	}
	id := fmt.Sprintf("r-aaaaa%c", 'a'+len(s.order))
	s.order = append(s.order, id)
	run := s.append(ops.Event{Run: id, Kind: ops.RunProposed, Actor: req.By, Request: &req, Plan: &p})
	if req.Rehearse {
		run = s.append(ops.Event{Run: id, Kind: ops.RunApproved, Actor: ops.Ktops()})
	}
	return run, nil
}

func (s *service) Approve(ctx context.Context, id string, a ops.Approval) (ops.Run, error) {
	s.note("approve " + id + " by " + a.By.ID)
	run, err := s.Run(ctx, id)
	if err != nil {
		return run, err
	}
	switch {
	case run.State == ops.Expired:
		return run, ops.Refuse("run "+id+" is expired: nobody approved it in time", "upgrade "+run.Plan.Target.String())
	case a.BreakGlass && a.Reason == "":
		return run, ops.Refuse("breaking the glass needs a reason")
	case !a.BreakGlass && run.Request.By.ID == a.By.ID:
		return run, ops.Refuse("who asked for a run cannot approve it", "ask another approver")
	case !a.BreakGlass && !slices.Contains(s.policy.Approve.Users, a.By.ID):
		return run, ops.Refuse(a.By.String()+" may not approve runs in production", "ask one of the approvers")
	}
	if err := s.observe(ctx); err != nil {
		return run, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	run = ops.Fold(s.events[id])
	if slices.ContainsFunc(run.Approvals, func(b ops.Approval) bool { return b.By.ID == a.By.ID }) {
		return run, nil
	}
	if run.State != ops.Proposed {
		return run, ops.Refuse("run " + id + " is already approved by " + run.Approvals[0].By.String())
	}
	if s.drift != "" {
		s.append(ops.Event{Run: id, Kind: ops.RunVoid, Actor: ops.Ktops(), Reason: s.drift})
		return run, ops.Refuse("the plan is void: "+s.drift, "upgrade 2.5.0")
	}
	if run.Plan.Strategy == ops.Window && run.Opening == nil {
		i := slices.IndexFunc(s.openings, func(o ops.Opening) bool { return a.Opening != nil && a.Opening.Key == o.Key })
		if i < 0 {
			return run, ops.Refuse("an opening must be chosen for a major version", "approve "+id+" --window next")
		}
		a.Opening = &s.openings[i]
	}
	e := ops.Event{Run: id, Kind: ops.RunApproval, Actor: a.By, Approval: &a}
	if a.BreakGlass || len(run.Approvals)+1 >= s.needed(run) {
		e.Kind = ops.RunApproved
		s.approved++
	}
	return s.append(e), nil
}

func (s *service) Reject(_ context.Context, id string, by ops.Actor, reason string) (ops.Run, error) {
	return s.event(ops.Event{Run: id, Kind: ops.RunRejected, Actor: by, Reason: reason})
}

func (s *service) Hold(_ context.Context, id string, by ops.Actor, reason string) (ops.Run, error) {
	return s.event(ops.Event{Run: id, Kind: ops.HoldAsked, Actor: by, Reason: reason})
}

func (s *service) Resume(_ context.Context, id string, by ops.Actor) (ops.Run, error) {
	return s.event(ops.Event{Run: id, Kind: ops.RunResumed, Actor: by})
}

func (s *service) Abort(_ context.Context, id string, by ops.Actor, reason string) (ops.Run, error) {
	kind := ops.AbortAsked
	if run, err := s.Run(context.Background(), id); err == nil && run.State == ops.Scheduled {
		kind = ops.RunAborted
	}
	return s.event(ops.Event{Run: id, Kind: kind, Actor: by, Reason: reason})
}

func (s *service) Verify(ctx context.Context, environment string) (ops.Report, error) {
	s.note("verify " + environment)
	return s.verified, s.observe(ctx)
}

func (s *service) Backup(ctx context.Context, environment string, _ ops.Actor, report func(ops.Progress)) (ops.Backup, error) {
	s.note("backup " + environment)
	for i := range 20 {
		report(ops.Progress{Fraction: float64(i) / 20, Note: "reading"})
		if err := s.observe(ctx); err != nil {
			return ops.Backup{}, err
		}
	}
	return ops.Backup{File: "/var/backups/manual.dump", Bytes: 1 << 20, VerifiedAt: time.Now(), At: time.Now(), Took: time.Second}, nil
}

func (s *service) Backups(context.Context, string) ([]ops.Backup, error) { return nil, nil }

func (s *service) Unlock(_ context.Context, environment string, _ ops.Actor, _ string) (ops.Lease, error) {
	return ops.Lease{Environment: environment, Owner: "host/1/x", Expires: time.Now()}, nil
}

func (s *service) Status(ctx context.Context, environment string) (ops.Status, error) {
	s.note("status " + environment)
	return ops.Status{Environment: environment, At: time.Now(), Edge: s.edge}, s.observe(ctx)
}

func (s *service) History(_ context.Context, environment string, limit int) ([]ops.Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var runs []ops.Run
	for i := len(s.order) - 1; i >= 0 && len(runs) < limit; i-- {
		if run := ops.Fold(s.events[s.order[i]]); run.Plan.Environment == environment {
			runs = append(runs, run)
		}
	}
	return runs, nil
}

func (s *service) Run(_ context.Context, id string) (ops.Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events[id]) == 0 {
		return ops.Run{}, ops.Refuse(fmt.Sprintf("there is no run %q", id), "history")
	}
	return ops.Fold(s.events[id]), nil
}

func (s *service) Events(_ context.Context, id string, after int) ([]ops.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events[id]) < after {
		return nil, errors.New("asked for events that are not there")
	}
	return slices.Clone(s.events[id][after:]), nil
}

func (s *service) Watch(ctx context.Context, _ string) <-chan ops.Update {
	w := make(chan ops.Update, 4096)
	s.mu.Lock()
	s.watchers = append(s.watchers, w)
	s.mu.Unlock()
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.watchers = slices.DeleteFunc(s.watchers, func(v chan ops.Update) bool { return v == w })
		close(w)
	})
	return w
}

func (s *service) note(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

// event appends one event to a run, as the runner or a person does.
func (s *service) event(e ops.Event) (ops.Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.append(e), nil
}

func (s *service) append(e ops.Event) ops.Run {
	e.Seq = len(s.events[e.Run]) + 1
	if e.At.IsZero() {
		e.At = time.Now().UTC()
	}
	s.events[e.Run] = append(s.events[e.Run], e)
	run := ops.Fold(s.events[e.Run])
	s.publish(ops.Update{Run: run})
	return run
}

// progress tells watchers how far the current step is.
func (s *service) progress(id string, p ops.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publish(ops.Update{Run: ops.Fold(s.events[id]), Progress: p, Remaining: time.Minute})
}

func (s *service) publish(u ops.Update) {
	for _, w := range s.watchers {
		w <- u
	}
}

func (s *service) called(call string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c == call {
			n++
		}
	}
	return n
}

func plan(environment string, target ops.Version) ops.Plan {
	from := ops.Version{Major: 2, Minor: 4, Patch: 3}
	return ops.Plan{
		Environment: environment, Target: target, From: from, Strategy: ops.Rolling, At: time.Now().UTC(),
		Why: "a minor version with 2 pending migrations rolls without downtime",
		Steps: []ops.Step{
			{Name: "pull images", Kind: ops.PullImages, Estimate: 20 * time.Second},
			{Name: "backup", Kind: ops.TakeBackup, Estimate: 40 * time.Second},
			{Name: "roll api 1/1", Kind: ops.Roll, Component: ops.API, Estimate: 30 * time.Second, Migrates: true},
			{Name: "verify", Kind: ops.Verify, Estimate: 10 * time.Second},
		},
		Checks: []ops.Finding{{Check: "backup", Level: ops.Pass, Fact: "taken and read back"}, {Check: "exports", Level: ops.Warn, Fact: "2 pending exports"}},
		Facts:  ops.Facts{Pending: []ops.Migration{{Version: 12, Description: "add events index"}}, Applied: 11, LastSchema: 11},
		Digest: "sha256:0123456789abcdef",
	}
}
