package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) windowsSkip() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "skip NAME --reason REASON",
		Short: "Leave out the next opening of a window",
		Long: `Leave out the next opening of a window: nothing is done in it. A run that waits for
it must be aborted first.`,
		Example:           examples(`ktops windows skip upgrades --reason "the release is late"`),
		Args:              takes("NAME"),
		ValidArgsFunction: inv.completeWindow,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is announced and kept")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if reason == "" {
			return usagef(cmd, "--reason is missing; it is announced and kept")
		}
		return inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			o, err := s.SkipWindow(ctx, env, args[0], s.by, reason)
			if err != nil {
				return err
			}
			return inv.show(o, fmt.Sprintf("The opening of window %s on %s is skipped.\n", o.Window, console.Clock(o.Opens, o.Zone)))
		})(cmd, args)
	}
	return cmd
}

func (inv *invocation) windowsRunNow() *cobra.Command {
	var reason string
	var yes bool
	cmd := &cobra.Command{
		Use:   "run-now NAME --reason REASON",
		Short: "Open a window now, for as long as it lasts",
		Long: `Open a window now, for as long as it lasts. What it does is done at once; the run
that waits for its next opening is taken into it, if it fits.`,
		Example:           examples(`ktops windows run-now upgrades --reason "all are here"`, `ktops windows run-now nightly --reason "before the move" --yes`),
		Args:              takes("NAME"),
		ValidArgsFunction: inv.completeWindow,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is announced and kept")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if reason == "" {
			return usagef(cmd, "--reason is missing; it is announced and kept")
		}
		if !yes && (inv.json || !inv.answers()) {
			return usagef(cmd, "there is nobody to ask; give --yes to go on without")
		}
		return inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			if s.local != nil {
				return needsDaemon("run-now needs the daemon, which does the work in windows")
			}
			if !yes {
				if err := inv.askToRun(ctx, s, env, args[0]); err != nil {
					return err
				}
			}
			o, err := s.RunWindow(ctx, env, args[0], s.by, reason)
			if err != nil {
				return err
			}
			return inv.show(o, fmt.Sprintf("Window %s of %s is open until %s; see: ktops windows history %s\n", o.Window, env, console.Clock(o.Closes, o.Zone), o.Window))
		})(cmd, args)
	}
	return cmd
}

// askToRun shows a window and asks whether to open it now.
func (inv *invocation) askToRun(ctx context.Context, s *session, env, name string) error {
	windows, err := s.Windows(ctx, env)
	if err != nil {
		return err
	}
	w, err := oneWindow(windows, env, name)
	if err != nil {
		return err
	}
	if err := write(inv.Out, console.Window(inv.style(), w, nil)+"\n"); err != nil {
		return err
	}
	return inv.confirm(ctx, fmt.Sprintf("Open window %s of %s now, for %s%s?", w.Name, env, console.Length(w.Duration), takenIn(w)))
}

// takenIn names the run that would be taken into a window that is opened by hand.
func takenIn(w ops.WindowState) string {
	for _, o := range w.Next {
		if o.Run != "" {
			return ", with run " + o.Run
		}
	}
	return ""
}
