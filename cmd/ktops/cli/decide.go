package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) approve() *cobra.Command {
	var breakGlass, window string
	cmd := &cobra.Command{
		Use:   "approve RUN",
		Short: "Approve a run that somebody else asked for",
		Long: `Approve a run that somebody else asked for. The world is observed again first: a
plan that does not fit it any more is void. The last approval that is needed
starts the run; without a daemon, this command executes and shows it.

A run that needs a maintenance window is approved into an opening, with --window
where it was asked for without one, and waits for it.`,
		Example:           examples("ktops approve r-k3x9ab", "ktops approve r-k3x9ab --window next", "ktops approve r-k3x9ab --window 2026-11-29T04:00"),
		Args:              takes("RUN"),
		ValidArgsFunction: inv.completeRun,
	}
	cmd.Flags().StringVar(&breakGlass, "break-glass", "", "`reason` to approve your own request in an emergency; announced and recorded")
	inv.windowFlag(cmd, &window)
	cmd.RunE = inv.with(func(ctx context.Context, s *session, _ string, args []string) error {
		approval := ops.Approval{By: s.by, BreakGlass: breakGlass != "", Reason: breakGlass}
		if window != "" {
			if s.local != nil {
				return needsDaemon("--window needs the daemon, which opens the windows")
			}
			approval.Opening = &ops.Opening{Key: window} // the operator finds it, by whatever name
		}
		run, err := s.Approve(ctx, args[0], approval)
		if err != nil {
			return err
		}
		return inv.approved(ctx, s, run)
	})
	return cmd
}

// approved goes on with a run that was approved, where nobody else does.
func (inv *invocation) approved(ctx context.Context, s *session, run ops.Run) error {
	switch {
	case s.local == nil || run.State == ops.Proposed:
		return inv.decided(run)
	case run.State == ops.Scheduled:
		if err := inv.decided(run); err != nil {
			return err
		}
		return inv.say("No daemon runs here, and the opening passes unused without one: start ktops serve before.")
	}
	return inv.goOn(ctx, s, run)
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
	case run.State == ops.Scheduled:
		text += " into window " + run.Opening.Window + ", " + console.Opening(*run.Opening)
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
