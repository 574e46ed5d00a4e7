package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func (inv *invocation) upgrade() *cobra.Command {
	var how how
	var proposing proposing
	cmd := &cobra.Command{
		Use:   "upgrade VERSION",
		Short: "Plan an upgrade, ask, and watch it until it ends",
		Long: `Plan an upgrade, show the plan, ask, and watch the run until it ends.

Where the policy asks for approvals, the run waits for them: somebody else types
ktops approve, or clicks in Slack. Ctrl-C stops watching, and the daemon goes on
with the run; without a daemon it holds the run after its present step.

With --window the run waits for an opening of a maintenance window, once it is
approved; the command ends when it is scheduled. A major version always takes one.`,
		Example: examples(
			"ktops upgrade 2.5.0",
			"ktops upgrade 2.5.0 --env staging --yes",
			"ktops upgrade 3.0.0 --window next",
			"ktops upgrade 3.0.0 --window 2026-11-29T04:00",
			`ktops upgrade 2.4.4 --urgent "CVE-2026-1234"`,
			`ktops upgrade 2.4.4 --break-glass "the approvers are on a plane"`,
			"ktops upgrade 2.5.0 --yes --json | jq .run.state",
		),
		Args:              takes("VERSION"),
		ValidArgsFunction: inv.completeVersion,
	}
	inv.howFlags(cmd, &how)
	proposing.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := versionArg(cmd, args[0])
		if err != nil {
			return err
		}
		if err := how.check(cmd); err != nil {
			return err
		}
		if err := inv.checkProposing(cmd, proposing); err != nil {
			return err
		}
		return inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			return inv.propose(ctx, s, proposing, how.request(s, env, target))
		})(cmd, args)
	}
	return cmd
}
