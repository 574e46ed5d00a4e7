package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) plan() *cobra.Command {
	var how how
	cmd := &cobra.Command{
		Use:   "plan VERSION",
		Short: "Show what an upgrade would do; nothing is changed or recorded",
		Long: `Show what an upgrade would do: the checks with the facts behind them, the
migrations, the steps with their estimates, and whether they fit into a window.
Nothing is changed or recorded.
The exit code is 3 when the plan would be refused.`,
		Example:           examples("ktops plan 2.5.0", "ktops plan 2.5.0 --env staging --json", "ktops plan 3.0.0 --window next"),
		Args:              takes("VERSION"),
		ValidArgsFunction: inv.completeVersion,
	}
	inv.howFlags(cmd, &how)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := versionArg(cmd, args[0])
		if err != nil {
			return err
		}
		if err := how.check(cmd); err != nil {
			return err
		}
		return inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			return inv.showPlan(ctx, s, how.request(s, env, target))
		})(cmd, args)
	}
	return cmd
}

func (inv *invocation) showPlan(ctx context.Context, s *session, req ops.Request) error {
	plan, err := s.Plan(ctx, req)
	if err != nil {
		return err
	}
	opening, err := openingOf(ctx, s, plan, req)
	if err != nil {
		return err
	}
	shown := struct {
		ops.Plan
		Closed      time.Duration `json:"closed,omitempty"`
		Opening     *ops.Opening  `json:"opening,omitempty"`
		LatestStart time.Time     `json:"latest_start,omitzero"`
	}{Plan: plan, Closed: console.ClosedEstimate(plan), Opening: opening}
	if opening != nil {
		shown.LatestStart = console.LatestStart(plan, *opening)
	}
	if err := inv.show(shown, console.Plan(inv.style(), plan)+fit(inv.style(), plan, req, opening)); err != nil {
		return err
	}
	return inv.refuseFailed(plan)
}

// refuseFailed ends with the code of a refusal when a plan that was shown cannot
// be run.
func (inv *invocation) refuseFailed(plan ops.Plan) error {
	failed := 0
	for _, f := range plan.Checks {
		if f.Level == ops.Fail {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	if err := inv.say("Refused: %d of the checks above failed (✗).", failed); err != nil {
		return err
	}
	return &ended{exitRefused}
}

// how is how an upgrade is asked for.
type how struct {
	strategy string
	urgent   string
	window   string
}

func (inv *invocation) howFlags(cmd *cobra.Command, h *how) {
	inv.windowFlag(cmd, &h.window)
	cmd.Flags().StringVar(&h.strategy, "strategy", string(ops.Auto), "auto, rolling or window")
	cmd.Flags().StringVar(&h.urgent, "urgent", "", "`reason` for which it need not soak in another environment first (security)")
	complete(cmd, "strategy", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{string(ops.Auto), string(ops.Rolling), string(ops.Window)}, cobra.ShellCompDirectiveNoFileComp
	})
}

func (h *how) check(cmd *cobra.Command) error {
	switch ops.Strategy(h.strategy) {
	case ops.Auto, ops.Rolling, ops.Window:
	default:
		return usagef(cmd, "there is no strategy %q; there are: auto, rolling, window", h.strategy)
	}
	if cmd.Flags().Changed("urgent") && h.urgent == "" {
		return usagef(cmd, "--urgent needs a reason, which is announced and recorded")
	}
	if cmd.Flags().Changed("window") && h.window == "" {
		return usagef(cmd, "--window needs next, the name of a window, or the key of an opening")
	}
	return nil
}

func (h *how) request(s *session, env string, target ops.Version) ops.Request {
	return ops.Request{
		Environment: env, Target: target, Strategy: ops.Strategy(h.strategy), By: s.by,
		Urgent: h.urgent != "", Reason: h.urgent, Window: h.window,
	}
}
