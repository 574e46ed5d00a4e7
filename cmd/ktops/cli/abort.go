package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) abort() *cobra.Command {
	var reason string
	var yes bool
	cmd := &cobra.Command{
		Use:   "abort [RUN]",
		Short: "Stop a run at once and put back what is safe to put back",
		Long: `Stop a run at once, also in the middle of a step, and put back what is safe to put
back. Once migrations were applied the previous API could not start any more:
what serves then stays as it is. A proposal is withdrawn; one that was not named
only after you were asked, or with --yes.`,
		Example:           examples("ktops abort", `ktops abort r-k3x9ab --reason "wrong version"`),
		Args:              takes("[RUN]"),
		ValidArgsFunction: inv.completeRun,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is recorded")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, args []string) error {
		if len(args) > 0 {
			return inv.doAbort(ctx, s, args[0], reason)
		}
		open, err := openRun(ctx, s, env)
		if err != nil {
			return err
		}
		if waits := open.State == ops.Proposed || open.State == ops.Scheduled; waits && !yes {
			if err := inv.askToWithdraw(ctx, cmd, open); err != nil {
				return err
			}
		}
		return inv.doAbort(ctx, s, open.ID, reason)
	})
	return cmd
}

func (inv *invocation) doAbort(ctx context.Context, s *session, id, reason string) error {
	run, err := s.Abort(ctx, id, s.by, reason)
	if err != nil {
		return err
	}
	if s.local != nil && run.State.Open() {
		return inv.goOn(ctx, s, run)
	}
	return inv.decided(run)
}

// askToWithdraw asks before a proposal goes that nobody has named: who types abort
// in a hurry means a run that does something.
func (inv *invocation) askToWithdraw(ctx context.Context, cmd *cobra.Command, run ops.Run) error {
	waits := console.StateText(run.State)
	if run.State == ops.Scheduled {
		waits = "waits for window " + run.Opening.Window
	}
	what := fmt.Sprintf("%s (%s %s, asked for by %s) only %s", run.ID, run.Request.Environment, console.What(run), run.Request.By, waits)
	if inv.json || !inv.answers() {
		return usagef(cmd, "%s; name it, or give --yes, to withdraw it", what)
	}
	return inv.confirm(ctx, what+". Withdraw it?")
}
