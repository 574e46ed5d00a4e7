package scheduler

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

const (
	// proposeAgain is how long after a refusal a pinned upgrade is tried again.
	proposeAgain = time.Hour
	// proposerGone is after how long a proposal that was begun is taken up by another.
	proposerGone = 10 * time.Minute
)

// pin proposes the version that a window is pinned to into its next opening, once,
// when it is time to. Approving it is for people, as the policy says.
func (l *loop) pin(ctx context.Context, operator Operator, w Window, now time.Time) error {
	if w.Target.IsZero() || !w.upgrades() {
		return nil
	}
	opening := w.opening(w.Schedule.Next(now))
	if at := opening.Opens.Add(-w.lead()); now.Before(at) {
		l.lookBy(at)
		return nil
	}
	p := store.Proposal{Environment: w.Environment, Window: w.Name, Key: opening.Key, Target: w.Target, Owner: l.owner}
	id := "propose " + name(w.Environment, opening)
	if !l.mine.take(id) {
		return nil
	}
	wanted, err := l.wanted(ctx, operator, w, opening, p)
	if err != nil || !wanted {
		l.mine.drop(id)
		return err
	}
	l.working.Go(func() {
		defer l.mine.drop(id)
		// What was not to be had is tried again after a while, for what was in the way may
		// have been put right.
		_ = pause(ctx, l.propose(ctx, operator, w, opening, p))
	})
	return nil
}

// wanted reports whether this scheduler is to propose: nobody did, the opening is not
// skipped, and no run is under way to the same version.
func (l *loop) wanted(ctx context.Context, operator Operator, w Window, opening ops.Opening, p store.Proposal) (bool, error) {
	if _, found, err := l.store.Occurrence(ctx, w.Environment, opening.Window, opening.Key); err != nil || found {
		return false, err
	}
	was, found, err := l.store.Proposal(ctx, p)
	if err != nil || was.Run != "" {
		return false, err
	}
	open, err := openRuns(ctx, operator, w.Environment)
	if err != nil {
		return false, err
	}
	taken := slices.ContainsFunc(open, func(r ops.Run) bool {
		return r.Request.Target == w.Target || isInto(r, opening)
	})
	switch {
	case taken:
		return false, nil
	case !found:
		return l.store.Claim(ctx, p)
	case was.Owner == l.owner:
		return true, nil
	case was.Owner != "" && l.proposers.still(name(w.Environment, opening), was.Owner, 0) < proposerGone:
		return false, nil
	}
	return l.store.TakeProposal(ctx, was, l.owner)
}

// propose asks for the upgrade, and tells after how long to see whether to ask again.
func (l *loop) propose(ctx context.Context, operator Operator, w Window, opening ops.Opening, p store.Proposal) time.Duration {
	log := l.log.WithFields(fields(store.Occurrence{Occurrence: ops.Occurrence{Environment: w.Environment, Opening: opening}}))
	run, err := operator.Propose(ctx, ops.Request{
		Environment: w.Environment, Target: w.Target, Strategy: ops.Auto, By: ops.Ktops(), Window: opening.Key,
		Reason: "window " + w.Name + " is pinned to " + w.Target.String(),
	})
	var refusal *ops.Refusal
	switch {
	case err == nil:
		p.Run = run.ID
	case errors.As(err, &refusal):
		p.Refusal = refusal.Why
	default:
		if ctx.Err() == nil {
			log.WithError(err).Warn("cannot propose the version that the window is pinned to; trying again")
		}
		return lookAgain
	}
	if err := l.store.SaveProposal(ctx, p); err != nil && ctx.Err() == nil {
		log.WithError(err).Warn("cannot record what the window is pinned to")
	}
	return proposeAgain
}

// refused says why the version that a window is pinned to was not proposed into an
// occurrence; empty when it was, or none is.
func (w *work) refused(ctx context.Context) string {
	plan, _, _ := w.parts()
	window, err := plan.window(w.o.Environment, w.o.Window)
	if err != nil || window.Target.IsZero() {
		return ""
	}
	p, _, err := w.store.Proposal(ctx, store.Proposal{Environment: w.o.Environment, Window: w.o.Window, Key: w.o.Key, Target: window.Target})
	if err != nil || p.Refusal == "" {
		return ""
	}
	return window.Target.String() + " was refused: " + p.Refusal
}
