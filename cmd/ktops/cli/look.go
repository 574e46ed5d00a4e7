package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

func (inv *invocation) status() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Show how an environment is now",
		Example: examples("ktops status", "ktops status --env staging --json"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			status, err := s.Status(ctx, env)
			if err != nil {
				return err
			}
			windows, err := s.Windows(ctx, env)
			if err != nil {
				return err
			}
			freezes, err := s.Freezes(ctx, env)
			if err != nil {
				return err
			}
			all := struct {
				ops.Status
				Windows []ops.WindowState `json:"windows,omitempty"`
				Freezes []ops.Freeze      `json:"freezes,omitempty"`
			}{status, windows, freezes}
			return inv.show(all, console.Status(inv.style(), status)+console.Schedule(inv.style(), windows, freezes, s.Zone(env)))
		}),
	}
}

func (inv *invocation) verify() *cobra.Command {
	return &cobra.Command{
		Use:     "verify",
		Short:   "Run the checks that follow an upgrade, now",
		Long:    "Run the checks that follow an upgrade, now. The exit code is 1 when one fails.",
		Example: examples("ktops verify", "ktops verify --env staging --json"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			report, err := s.Verify(ctx, env)
			if err != nil {
				return err
			}
			if err := inv.show(report, console.Report(inv.style(), report)); err != nil {
				return err
			}
			if report.Level() == ops.Fail {
				return &ended{exitFailed}
			}
			return nil
		}),
	}
}

func (inv *invocation) history() *cobra.Command {
	var limit int
	var all, markdown, follow bool
	cmd := &cobra.Command{
		Use:   "history [RUN]",
		Short: "List the runs of an environment, or tell all about one",
		Long: `List the runs of an environment, newest first, or tell all about one run.

With --follow the run is shown until it ends or is held, and the exit code is that
of its outcome. Ctrl-C only stops watching, and exits with 0.`,
		Example:           examples("ktops history", "ktops history --all --limit 50", "ktops history r-k3x9ab", "ktops history r-k3x9ab --follow", "ktops history r-k3x9ab --markdown > ticket.md"),
		Args:              takes("[RUN]"),
		ValidArgsFunction: inv.completeRun,
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "how many runs")
	cmd.Flags().BoolVar(&all, "all", false, "runs of every environment")
	cmd.Flags().BoolVar(&markdown, "markdown", false, "the report of one run, for a ticket")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "watch one run until it ends or is held")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, args []string) error {
		switch id := orNone(args); {
		case follow && markdown:
			return usagef(cmd, "--follow watches a run and --markdown writes its report: give one of them")
		case follow && id == "":
			return usagef(cmd, "--follow watches one run: name it")
		case follow:
			return inv.lookOn(ctx, s, id)
		case markdown && id == "":
			return usagef(cmd, "--markdown tells of one run: name it")
		case markdown:
			return inv.printTicket(ctx, s, id)
		case id != "":
			return inv.showRun(ctx, s, id)
		}
		if all {
			env = ""
		}
		runs, err := s.History(ctx, env, limit)
		if err != nil {
			return err
		}
		return inv.show(runs, console.History(inv.style(), runs))
	})
	return cmd
}

func (inv *invocation) showRun(ctx context.Context, s *session, id string) error {
	run, err := s.Run(ctx, id)
	if err != nil {
		return err
	}
	events, err := s.Events(ctx, id, 0)
	if err != nil && !errors.Is(err, ops.ErrNoRun) {
		return err
	}
	both := struct {
		Run    ops.Run     `json:"run"`
		Events []ops.Event `json:"events"`
	}{run, events}
	return inv.show(both, console.Run(inv.style(), run)+console.Events(events))
}

// printTicket is the report of a run for a ticket.
func (inv *invocation) printTicket(ctx context.Context, s *session, id string) error {
	run, err := s.Run(ctx, id)
	if err != nil {
		return err
	}
	return write(inv.Out, verify.Markdown(run))
}
