package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) approve() *cobra.Command {
	var breakGlass string
	cmd := &cobra.Command{
		Use:   "approve RUN",
		Short: "Approve a run that somebody else asked for",
		Long: `Approve a run that somebody else asked for. The world is observed again first: a
plan that does not fit it any more is void. The last approval that is needed
starts the run; without a daemon, this command executes and shows it.`,
		Example:           examples("ktops approve r-k3x9ab"),
		Args:              takes("RUN"),
		ValidArgsFunction: inv.completeRun,
	}
	cmd.Flags().StringVar(&breakGlass, "break-glass", "", "`reason` to approve your own request in an emergency; announced and recorded")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, _ string, args []string) error {
		run, err := s.Approve(ctx, args[0], ops.Approval{By: s.by, BreakGlass: breakGlass != "", Reason: breakGlass})
		if err != nil {
			return err
		}
		if s.local != nil && run.State != ops.Proposed {
			return inv.goOn(ctx, s, run)
		}
		return inv.decided(run)
	})
	return cmd
}

func (inv *invocation) reject() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:               "reject RUN --reason REASON",
		Short:             "Say no to a run that waits for approval",
		Example:           examples(`ktops reject r-k3x9ab --reason "not on a Friday"`),
		Args:              takes("RUN"),
		ValidArgsFunction: inv.completeRun,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is told to who asked")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if reason == "" {
			return usagef(cmd, "--reason is missing; it is told to who asked")
		}
		return inv.with(func(ctx context.Context, s *session, _ string, args []string) error {
			run, err := s.Reject(ctx, args[0], s.by, reason)
			if err != nil {
				return err
			}
			return inv.decided(run)
		})(cmd, args)
	}
	return cmd
}

// decided tells what a decision has made of a run.
func (inv *invocation) decided(run ops.Run) error {
	text := console.StateClause(run.State)
	switch {
	case run.Asked == ops.HoldAsked:
		text += " and will be held after its present step"
	case run.Asked == ops.AbortAsked:
		text += " and is being aborted"
	case run.State == ops.Proposed && len(run.Approvals) > 0:
		text = fmt.Sprintf("needs more approvals; it has %d", len(run.Approvals))
	}
	return inv.tell(run, text)
}

// tell says something of a run, and where to see more of it.
func (inv *invocation) tell(run ops.Run, text string) error {
	see := "see: ktops history " + run.ID
	if !over(run) {
		see = "watch it with: ktops history " + run.ID + " --follow"
	}
	return inv.show(run, fmt.Sprintf("%s %s; %s\n", run.ID, text, see))
}

// goOn executes a run here, where no daemon does, and shows it.
func (inv *invocation) goOn(ctx context.Context, s *session, run ops.Run) error {
	s.execute(ctx, run.Request.Environment)
	return inv.follow(ctx, s, run)
}
