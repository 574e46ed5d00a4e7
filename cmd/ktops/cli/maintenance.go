package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

// defaultMaintenance is how long the edge is closed where nothing is said.
const defaultMaintenance = 30 * time.Minute

func (inv *invocation) maintenance() *cobra.Command {
	return group(&cobra.Command{
		Use:        "maintenance",
		Short:      "Close the edge for a while, open it again, or tell how it is",
		Example:    examples(`ktops maintenance on 30m --reason "new certificates"`, "ktops maintenance status", "ktops maintenance off"),
		SuggestFor: []string{"reopen", "close", "open"},
	}, inv.maintenanceOn(), inv.maintenanceOff(), inv.maintenanceStatus())
}

func (inv *invocation) maintenanceOn() *cobra.Command {
	var reason string
	var urgent bool
	var proposing proposing
	cmd := &cobra.Command{
		Use:   "on [LENGTH]",
		Short: "Close the edge for a while; nothing else is changed",
		Long: `Close the edge for a while, 30m where nothing is said, and watch until it is open
again. Callers get 503, a page that says why, and Retry-After. Where the policy asks
for approvals, somebody else types ktops approve first.

Ctrl-C stops watching, and the daemon opens the edge when its time is over; without
a daemon it opens the edge.`,
		Example: examples(`ktops maintenance on --reason "new certificates"`, `ktops maintenance on 1h30m --reason "disk is replaced" --yes --detach`),
		Args:    takes("[LENGTH]"),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; callers are told")
	cmd.Flags().BoolVar(&urgent, "urgent", false, "also in a freeze, with an approval of its own")
	proposing.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		lasts := defaultMaintenance
		if len(args) > 0 {
			var ok bool
			if lasts, ok = length(args[0]); !ok {
				return usagef(cmd, "%q is no length of time such as 30m or 1h30m", args[0])
			}
		}
		if reason == "" {
			return usagef(cmd, "--reason is missing; callers are told it")
		}
		if err := inv.checkProposing(cmd, proposing); err != nil {
			return err
		}
		return inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			return inv.propose(ctx, s, proposing, ops.Request{
				Environment: env, Strategy: ops.Closing, By: s.by, Reason: reason, Urgent: urgent, Maintenance: &ops.Maintenance{For: lasts},
			})
		})(cmd, args)
	}
	return cmd
}

func (inv *invocation) maintenanceOff() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "off",
		Short:   "End the maintenance now, and watch until the edge is open",
		Example: examples("ktops maintenance off", `ktops maintenance off --reason "done early"`),
		Args:    takes(),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is recorded")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
		run, err := s.Reopen(ctx, env, s.by, reason)
		if err != nil {
			return err
		}
		if !run.State.Open() {
			return inv.decided(run)
		}
		return inv.goOn(ctx, s, run)
	})
	return cmd
}

func (inv *invocation) maintenanceStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Tell whether the edge is closed, by what, and until when",
		Example: examples("ktops maintenance status", "ktops maintenance status --json | jq .edge.closed"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			status, err := s.Status(ctx, env)
			if err != nil {
				return err
			}
			edge := struct {
				Environment string         `json:"environment"`
				Edge        *ops.EdgeState `json:"edge"`
			}{env, status.Edge}
			return inv.show(edge, console.Edge(inv.style(), status))
		}),
	}
}
