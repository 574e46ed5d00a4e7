package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

// upgradeFlags are those of upgrade beyond how it is asked for.
type upgradeFlags struct {
	how
	yes        bool
	detach     bool
	breakGlass string
}

func (inv *invocation) upgrade() *cobra.Command {
	var flags upgradeFlags
	cmd := &cobra.Command{
		Use:   "upgrade VERSION",
		Short: "Plan an upgrade, ask, and watch it until it ends",
		Long: `Plan an upgrade, show the plan, ask, and watch the run until it ends.

Where the policy asks for approvals, the run waits for them: somebody else types
ktops approve, or clicks in Slack. Ctrl-C stops watching, and the daemon goes on
with the run; without a daemon it holds the run after its present step.`,
		Example: examples(
			"ktops upgrade 2.5.0",
			"ktops upgrade 2.5.0 --env staging --yes",
			`ktops upgrade 2.4.4 --urgent "CVE-2026-1234"`,
			`ktops upgrade 2.4.4 --break-glass "the approvers are on a plane"`,
			"ktops upgrade 2.5.0 --yes --json | jq .run.state",
		),
		Args:              takes("VERSION"),
		ValidArgsFunction: inv.completeVersion,
	}
	flags.flags(cmd)
	cmd.Flags().BoolVarP(&flags.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVarP(&flags.detach, "detach", "d", false, "do not watch the run")
	cmd.Flags().StringVar(&flags.breakGlass, "break-glass", "", "`reason` to approve your own request in an emergency; announced and recorded")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := versionArg(cmd, args[0])
		if err != nil {
			return err
		}
		if err := inv.checkUpgrade(cmd, flags); err != nil {
			return err
		}
		return inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			return inv.doUpgrade(ctx, s, flags, flags.request(s, env, target))
		})(cmd, args)
	}
	return cmd
}

func (inv *invocation) checkUpgrade(cmd *cobra.Command, flags upgradeFlags) error {
	if cmd.Flags().Changed("break-glass") && flags.breakGlass == "" {
		return usagef(cmd, "--break-glass needs a reason, which is announced and recorded")
	}
	if err := flags.check(cmd); err != nil {
		return err
	}
	if !flags.yes && (inv.json || !inv.answers()) {
		return usagef(cmd, "there is nobody to ask; give --yes to go on without")
	}
	return nil
}

func (inv *invocation) doUpgrade(ctx context.Context, s *session, flags upgradeFlags, req ops.Request) error {
	if flags.detach && s.local != nil {
		return &usageError{fmt.Errorf("--detach needs the daemon, or nobody would execute the run: start ktops serve")}
	}
	if !flags.yes {
		plan, err := inv.askToUpgrade(ctx, s, req)
		if err != nil {
			return err
		}
		req.Digest = plan.Digest // what was agreed to, and nothing else
	}
	s.execute(ctx, req.Environment)
	run, err := s.Propose(ctx, req)
	if err != nil {
		return err
	}
	if flags.breakGlass != "" && run.State == ops.Proposed {
		run, err = s.Approve(ctx, run.ID, ops.Approval{By: s.by, BreakGlass: true, Reason: flags.breakGlass})
		if err != nil {
			return inv.withdraw(ctx, s, run, err)
		}
	}
	if flags.detach {
		return inv.tell(run, console.StateClause(run.State))
	}
	return inv.follow(ctx, s, run)
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

// askToUpgrade shows the plan and asks whether to go on.
func (inv *invocation) askToUpgrade(ctx context.Context, s *session, req ops.Request) (ops.Plan, error) {
	plan, err := s.Plan(ctx, req)
	if err != nil {
		return plan, err
	}
	if err := write(inv.Out, console.Plan(inv.style(), plan)+"\n"); err != nil {
		return plan, err
	}
	if err := inv.refuseFailed(plan); err != nil {
		return plan, err
	}
	return plan, inv.confirm(ctx, upgradeText(plan))
}
