package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) backup() *cobra.Command {
	return group(&cobra.Command{
		Use:   "backup",
		Short: "Take, list, read back and try backups of the database",
		Example: examples("ktops backup create", "ktops backup list", "ktops backup verify", "ktops backup drill",
			"ktops backup restore r-k3x9ab.dump.zst --into inspect", "ktops backup prune --dry-run"),
	}, inv.backupCreate(), inv.backupList(), inv.backupVerify(), inv.backupDrill(), inv.backupRestore(), inv.backupPrune())
}

func (inv *invocation) backupCreate() *cobra.Command {
	return &cobra.Command{
		Use:     "create",
		Short:   "Take a backup and read it back",
		Long:    "Take a backup and read it back: one that was not read back does not count. Ctrl-C cancels and leaves no file.",
		Example: examples("ktops backup create", "ktops backup create --env staging --json"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			_, err := withProgress(inv, console.Backup, func(report func(ops.Progress)) (ops.Backup, error) {
				return s.Backup(ctx, env, s.by, report)
			})
			return err
		}),
	}
}

func (inv *invocation) backupList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the backups, newest first",
		Example: examples("ktops backup list", "ktops backup list --json"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			backups, err := s.Backups(ctx, env)
			if err != nil {
				return err
			}
			return inv.show(backups, console.Backups(inv.style(), backups))
		}),
	}
}

func (inv *invocation) backupVerify() *cobra.Command {
	return &cobra.Command{
		Use:     "verify [FILE]",
		Short:   "Read a backup back to its last byte; the newest when none is named",
		Example: examples("ktops backup verify", "ktops backup verify r-k3x9ab.dump.zst"),
		Args:    takes("[FILE]"),
		RunE: inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			file := orNone(args)
			if file == "" {
				newest, err := newestBackup(ctx, s, env)
				if err != nil {
					return err
				}
				file = newest
			}
			_, err := withProgress(inv, console.Backup, func(report func(ops.Progress)) (ops.Backup, error) {
				return s.VerifyBackup(ctx, env, file, report)
			})
			return err
		}),
	}
}

func newestBackup(ctx context.Context, s *session, env string) (string, error) {
	backups, err := s.Backups(ctx, env)
	if err != nil {
		return "", err
	}
	if len(backups) == 0 {
		return "", ops.Refuse(env+" has no backup", "backup create")
	}
	return backups[0].File, nil
}
