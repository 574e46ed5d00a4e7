package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) rehearse() *cobra.Command {
	var proposing proposing
	cmd := &cobra.Command{
		Use:   "rehearse VERSION",
		Short: "Try a version on a restored copy of the data, and measure it",
		Long: `Restore the newest verified backup beside the live database, start the version on
it, and measure: how long each migration takes, which tables it writes anew, what it
locks and for how long, and whether the API that runs now lives with the result. The
plan of the upgrade then rests on that. Users notice nothing, and everything is
removed afterwards.`,
		Example:           examples("ktops rehearse 3.0.0", "ktops rehearse 3.0.0 --yes --json | jq '.run.steps[].result.rehearsal'", "ktops rehearse 3.0.0 --yes --detach"),
		Args:              takes("VERSION"),
		ValidArgsFunction: inv.completeVersion,
	}
	proposing.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := versionArg(cmd, args[0])
		if err != nil {
			return err
		}
		if err := inv.checkProposing(cmd, proposing); err != nil {
			return err
		}
		return inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			return inv.propose(ctx, s, proposing, ops.Request{Environment: env, Target: target, Strategy: ops.Rehearsing, By: s.by, Rehearse: true})
		})(cmd, args)
	}
	return cmd
}
