package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) backupDrill() *cobra.Command {
	return &cobra.Command{
		Use:   "drill [FILE]",
		Short: "Restore a backup to the side, look at it and drop it; the newest when none is named",
		Long: `Restore a backup beside the live database, compare what came out of it, and drop it
again. The newest backup that was read back is taken when none is named. The exit
code is 1 when a check fails. Ctrl-C cancels and leaves nothing behind.`,
		Example: examples("ktops backup drill", "ktops backup drill r-k3x9ab.dump.zst", "ktops backup drill --json | jq .result.checks"),
		Args:    takes("[FILE]"),
		RunE: inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			drill, err := withProgress(inv, console.Drill, func(report func(ops.Progress)) (ops.Drill, error) {
				return s.Drill(ctx, env, orNone(args), s.by, report)
			})
			if err != nil {
				return err
			}
			if ops.Worst(drill.Checks) == ops.Fail {
				return &ended{exitFailed}
			}
			return nil
		}),
	}
}
