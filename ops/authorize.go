package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// unixUser begins the ID of a person on the command line, who is in no group of
// Slack's.
const unixUser = "unix:"

// anyIncludes reports whether the actor belongs to one of several sets. A group
// that cannot be looked up matters only to those who are named nowhere else.
func (o *Operator) anyIncludes(ctx context.Context, actor Actor, sets ...Who) (bool, error) {
	var unseen error
	for _, who := range sets {
		ok, err := o.includes(ctx, who, actor)
		if ok {
			return true, nil
		}
		unseen = errors.Join(unseen, err)
	}
	return false, unseen
}

// includes reports whether the actor belongs to a set of people.
func (o *Operator) includes(ctx context.Context, who Who, actor Actor) (bool, error) {
	if slices.Contains(who.Users, "*") || slices.Contains(who.Users, actor.ID) {
		return true, nil
	}
	if strings.HasPrefix(actor.ID, unixUser) {
		return false, nil // and no need to ask Slack, which may be down
	}
	o.mu.RLock()
	groups := o.groups
	o.mu.RUnlock()
	if groups == nil {
		return false, nil
	}
	for _, group := range who.Groups {
		members, err := groups.Members(ctx, group)
		if err != nil {
			return false, fmt.Errorf("look up the members of group %s: %w", group, err)
		}
		if slices.Contains(members, actor.ID) {
			return true, nil
		}
	}
	return false, nil
}

// mayRequest refuses who may not ask for runs. Who may approve may also ask.
func (o *Operator) mayRequest(ctx context.Context, env Environment, actor Actor) error {
	if actor.ID == Ktops().ID {
		return nil // the configuration asked for it
	}
	ok, err := o.anyIncludes(ctx, actor, env.Policy.Request, env.Policy.Approve, env.Policy.BreakGlass)
	if err != nil || ok {
		return err
	}
	return Refuse(fmt.Sprintf("%s may not act on %s", actor, env.Name),
		"ask one of the people in policy.request or policy.approve")
}

// mayApprove refuses who may not approve this run: people outside the policy,
// and the requester, unless break glass is theirs, with a reason.
func (o *Operator) mayApprove(ctx context.Context, env Environment, run Run, a Approval) error {
	own := run.Request.By.ID == a.By.ID
	if a.BreakGlass {
		ok, err := o.includes(ctx, env.Policy.BreakGlass, a.By)
		switch {
		case err != nil:
			return err
		case !ok:
			return Refuse(fmt.Sprintf("%s may not break the glass in %s", a.By, env.Name), "ask an approver")
		case a.Reason == "":
			return Refuse("breaking the glass needs a reason; it is announced and kept", "approve again with a reason")
		}
		return nil
	}
	ok, err := o.includes(ctx, env.Policy.Approve, a.By)
	switch {
	case err != nil:
		return err
	case own:
		return Refuse("who asked for a run cannot approve it", "ask another approver")
	case !ok:
		return Refuse(fmt.Sprintf("%s may not approve runs in %s", a.By, env.Name), "ask one of the approvers")
	}
	return nil
}

// enough reports whether a run has the approvals its environment asks for.
// Breaking the glass is enough by itself.
func (p Policy) enough(req Request, approvals []Approval) bool {
	people := map[string]bool{}
	for _, a := range approvals {
		if a.BreakGlass {
			return true
		}
		people[a.By.ID] = true
	}
	return len(people) >= p.Needed(req)
}

// Needed is how many people must approve a request: at least one where it passes a
// freeze, and never fewer than the policy says for one that loses data.
func (p Policy) Needed(req Request) int {
	if req.Rehearse && req.Rollback == nil && req.Maintenance == nil { // it changes nothing that users see
		return 0
	}
	needed := p.Approvals
	if req.Rollback != nil && req.Rollback.Loses() {
		needed = max(needed, p.RollbackApprovals)
	}
	if req.Frozen != "" {
		needed = max(needed, 1)
	}
	return needed
}

// expires is when a proposal ends unapproved. One that ktops itself made for an
// opening waits as long as that opening can be used.
func (p Policy) expires(run Run) time.Time {
	if run.Opening != nil && (run.Request.Replaces != "" || run.Request.By.ID == Ktops().ID) {
		return run.LatestStart()
	}
	ttl := p.ApprovalTTL
	if ttl == 0 {
		ttl = DefaultApprovalTTL
	}
	return run.ProposedAt.Add(ttl)
}

// DefaultApprovalTTL is how long a proposal waits where the policy does not say.
const DefaultApprovalTTL = 30 * time.Minute
