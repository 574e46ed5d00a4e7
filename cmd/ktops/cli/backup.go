package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) backup() *cobra.Command {
	return group(&cobra.Command{
		Use:     "backup",
		Short:   "Take, list and read back backups of the database",
		Example: examples("ktops backup create", "ktops backup list", "ktops backup verify"),
	}, inv.backupCreate(), inv.backupList(), inv.backupVerify())
}

func (inv *invocation) backupCreate() *cobra.Command {
	return &cobra.Command{
		Use:     "create",
		Short:   "Take a backup and read it back",
		Long:    "Take a backup and read it back: one that was not read back does not count. Ctrl-C cancels and leaves no file.",
		Example: examples("ktops backup create", "ktops backup create --env staging --json"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			return inv.withProgress(func(report func(ops.Progress)) (ops.Backup, error) {
				return s.Backup(ctx, env, s.by, report)
			})
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
			return inv.withProgress(func(report func(ops.Progress)) (ops.Backup, error) {
				return s.VerifyBackup(ctx, env, file, report)
			})
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

// withProgress shows how far a work is, on a terminal in place, and its result.
// JSON has a line for each progress and one for the result.
func (inv *invocation) withProgress(work func(report func(ops.Progress)) (ops.Backup, error)) error {
	type line struct {
		Progress *ops.Progress `json:"progress,omitempty"`
		Result   *ops.Backup   `json:"result,omitempty"`
	}
	var failed error
	progress := control.NewThrottle(func(p ops.Progress) {
		switch {
		case failed != nil:
		case inv.json:
			failed = writeJSON(inv.Out, line{Progress: &p}, "")
		case inv.terminal():
			failed = write(inv.Out, "\r\x1b[K"+console.Progress(p))
		}
	})
	backup, err := work(progress.Report)
	progress.Flush()
	if inv.terminal() && !inv.json {
		if err := write(inv.Out, "\r\x1b[K"); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	if inv.json {
		return writeJSON(inv.Out, line{Result: &backup}, "")
	}
	return write(inv.Out, console.Backup(inv.style(), backup))
}
