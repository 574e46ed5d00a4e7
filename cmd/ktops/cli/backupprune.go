package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
)

func (inv *invocation) backupPrune() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove the backups and snapshots that have outlived their time",
		Long: `Remove the backups and snapshots that have outlived their time, and say of each why it
goes or stays. The newest backup that was read back never goes, nor what belongs to
a run that has not ended.`,
		Example: examples("ktops backup prune --dry-run", "ktops backup prune"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			if dry {
				kept, err := s.Retention(ctx, env)
				if err != nil {
					return err
				}
				return inv.show(kept, console.WouldPrune(inv.style(), kept))
			}
			kept, err := s.Prune(ctx, env, s.by)
			if err != nil {
				return err
			}
			return inv.show(kept, console.Pruned(inv.style(), kept))
		}),
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would go")
	return cmd
}
