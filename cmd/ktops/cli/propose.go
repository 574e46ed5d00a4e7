package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

// proposing is how far a command goes with what it asks for.
type proposing struct {
	yes        bool
	detach     bool
	breakGlass string
}

func (p *proposing) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&p.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVarP(&p.detach, "detach", "d", false, "do not watch the run")
	cmd.Flags().StringVar(&p.breakGlass, "break-glass", "", "`reason` to approve your own request in an emergency; announced and recorded")
}

func (inv *invocation) checkProposing(cmd *cobra.Command, p proposing) error {
	if cmd.Flags().Changed("break-glass") && p.breakGlass == "" {
		return usagef(cmd, "--break-glass needs a reason, which is announced and recorded")
	}
	if !p.yes && (inv.json || !inv.answers()) {
		return usagef(cmd, "there is nobody to ask; give --yes to go on without")
	}
	return nil
}

// propose asks for a run, after its plan was shown and agreed to, and watches it.
func (inv *invocation) propose(ctx context.Context, s *session, p proposing, req ops.Request) error {
	if p.detach && s.local != nil {
		return needsDaemon("--detach needs the daemon, or nobody would execute the run")
	}
	if req.Window != "" && s.local != nil {
		return needsDaemon("--window needs the daemon, which opens the windows")
	}
	if !p.yes {
		agreed, err := inv.askToPropose(ctx, s, req)
		if err != nil {
			return err
		}
		req = agreed
	}
	s.execute(ctx, req.Environment)
	run, err := s.Propose(ctx, req)
	if err != nil {
		return err
	}
	if p.breakGlass != "" && run.State == ops.Proposed {
		if run, err = inv.breakGlass(ctx, s, run, p.breakGlass); err != nil {
			return err
		}
	}
	if p.detach {
		return inv.decided(run)
	}
	return inv.follow(ctx, s, run)
}

// needsDaemon is the no to what nobody would do without one.
func needsDaemon(why string) error {
	return &usageError{fmt.Errorf("%s: start ktops serve", why)}
}

// breakGlass approves one's own run, and withdraws it when that is refused.
func (inv *invocation) breakGlass(ctx context.Context, s *session, run ops.Run, reason string) (ops.Run, error) {
	if run.Plan.Strategy == ops.Window && run.Opening == nil {
		return run, inv.withdraw(ctx, s, run, ops.Refuse(run.Plan.Why+", so an opening must be chosen for it",
			"upgrade "+run.Plan.Target.String()+" --window "+ops.NextWindow))
	}
	approved, err := s.Approve(ctx, run.ID, ops.Approval{By: s.by, BreakGlass: true, Reason: reason})
	if err != nil {
		return run, inv.withdraw(ctx, s, run, err)
	}
	return approved, nil
}

// withdraw takes back the proposal of somebody who was refused to break glass:
// it would keep the environment busy until it expires.
func (inv *invocation) withdraw(ctx context.Context, s *session, run ops.Run, refused error) error {
	var refusal *ops.Refusal
	if !errors.As(refused, &refusal) || run.State != ops.Proposed {
		return refused
	}
	if _, err := s.Abort(ctx, run.ID, s.by, "withdrawn, as breaking glass was refused"); err != nil {
		return errors.Join(refused, inv.say("%s still waits for approval, as it could not be withdrawn: %v", run.ID, err))
	}
	if err := inv.say("%s was withdrawn; nothing was changed.", run.ID); err != nil {
		return err
	}
	return fmt.Errorf("run %s was withdrawn: %w", run.ID, refused)
}

// askToPropose shows the plan and asks whether to go on. What is asked for is then what
// was agreed to, and nothing else.
func (inv *invocation) askToPropose(ctx context.Context, s *session, req ops.Request) (ops.Request, error) {
	plan, err := s.Plan(ctx, req)
	if err != nil {
		return req, err
	}
	opening, err := openingOf(ctx, s, plan, req)
	if err != nil {
		return req, err
	}
	if err := write(inv.Out, console.Plan(inv.style(), plan)+fit(inv.style(), plan, req, opening)+"\n"); err != nil {
		return req, err
	}
	if err := inv.refuseFailed(plan); err != nil {
		return req, err
	}
	req.Digest = plan.Digest
	if req.Window != "" {
		req.Window = opening.Key
	}
	return req, inv.confirm(ctx, question(plan, req, opening))
}

func question(p ops.Plan, req ops.Request, o *ops.Opening) string {
	switch {
	case req.Maintenance != nil:
		return fmt.Sprintf("Close the edge of %s for %s?", p.Environment, console.Length(req.Maintenance.For))
	case req.Rollback != nil:
		return fmt.Sprintf("Take %s back from %s to %s (%s)?", p.Environment, p.From, p.Target, req.Rollback.Way)
	case req.Rehearse:
		return fmt.Sprintf("Rehearse %s on a copy of the data of %s?", p.Target, p.Environment)
	case req.Window != "":
		return fmt.Sprintf("Upgrade %s from %s to %s, in window %s on %s?", p.Environment, p.From, p.Target, o.Window, console.Clock(o.Opens, o.Zone))
	}
	return fmt.Sprintf("Upgrade %s from %s to %s?", p.Environment, p.From, p.Target)
}
