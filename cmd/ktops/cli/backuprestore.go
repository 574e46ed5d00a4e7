package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) backupRestore() *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Restore a backup into a new database, to look at it",
		Long: `Restore a backup into a new database beside the live one, compare what came out of it,
and leave it there to be looked at. The live database is not touched: ktops rollback
puts a backup in its place. The exit code is 1 when a check fails. Ctrl-C cancels and
leaves nothing behind.`,
		Example: examples("ktops backup restore r-k3x9ab.dump.zst --into inspect"),
		Args:    takes("FILE"),
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			if into == "" {
				return usagef(cmd, "--into is missing: name the new database; ktops rollback is what puts a backup in the live one's place")
			}
			return nil
		},
		RunE: inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			restored, err := withProgress(inv, console.Restored, func(report func(ops.Progress)) (ops.Restored, error) {
				return s.RestoreInto(ctx, env, args[0], into, s.by, report)
			})
			if err != nil {
				return err
			}
			if ops.Worst(restored.Checks) == ops.Fail {
				return &ended{exitFailed}
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&into, "into", "", "name of the new database")
	return cmd
}
