package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) freeze() *cobra.Command {
	return group(&cobra.Command{
		Use:   "freeze",
		Short: "Keep an environment as it is for a while: add, list and remove freezes",
		Long: `Keep an environment as it is for a while. Nothing is upgraded and no edge is closed
in a freeze but what is urgent, with an approval of its own. Backups, verification
and drills go on.`,
		Example: examples(`ktops freeze add 2026-12-24 --reason "holidays"`, "ktops freeze list", "ktops freeze remove f-k3x9ab"),
	}, inv.freezeAdd(), inv.freezeList(), inv.freezeRemove())
}

func (inv *invocation) freezeAdd() *cobra.Command {
	var reason, from string
	cmd := &cobra.Command{
		Use:   "add UNTIL --reason REASON",
		Short: "Freeze an environment until a day or a time",
		Long: `Freeze an environment until the end of a day, a time, or for a length of time. Days
and times without an offset are on the clocks of the environment's zone.`,
		Example: examples(
			`ktops freeze add 3d --reason "big sale"`,
			`ktops freeze add 2026-12-24T18:00 --reason "holidays"`,
			`ktops freeze add 2027-01-02 --from 2026-12-23 --reason "end of the year"`,
		),
		Args: takes("UNTIL"),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is announced and kept")
	cmd.Flags().StringVar(&from, "from", "", "`time` at which it begins (default now)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if reason == "" {
			return usagef(cmd, "--reason is missing; it is announced and kept")
		}
		return inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			zone, err := zoneOf(s, env)
			if err != nil {
				return err
			}
			f, err := frozenTime(cmd, args[0], from, zone)
			if err != nil {
				return err
			}
			f.Environment, f.Reason, f.By = env, reason, s.by
			if f, err = s.Freeze(ctx, f); err != nil {
				return err
			}
			return inv.show(f, console.Frozen(f, zone.String()))
		})(cmd, args)
	}
	return cmd
}

// frozenTime is the time of a freeze as it was typed; without a beginning it begins now.
func frozenTime(cmd *cobra.Command, until, from string, zone *time.Location) (f ops.Freeze, err error) {
	now := time.Now()
	if from != "" {
		if f.From, err = moment(cmd, from, now, zone, 0); err != nil {
			return f, err
		}
	}
	f.Until, err = moment(cmd, until, now, zone, 1)
	return f, err
}

func (inv *invocation) freezeList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the freezes that are not over",
		Example: examples("ktops freeze list", "ktops freeze list --env staging --json"),
		Args:    takes(),
		RunE: inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
			freezes, err := s.Freezes(ctx, env)
			if err != nil {
				return err
			}
			zone, err := zoneOf(s, env)
			if err != nil {
				return err
			}
			return inv.show(list(freezes), console.Freezes(inv.style(), env, freezes, zone.String()))
		}),
	}
}

func (inv *invocation) freezeRemove() *cobra.Command {
	return &cobra.Command{
		Use:               "remove ID",
		Short:             "Lift a freeze; those of ktops.yaml and of a calendar are lifted there",
		Example:           examples("ktops freeze remove f-k3x9ab"),
		Args:              takes("ID"),
		ValidArgsFunction: inv.completeFreeze,
		RunE: inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			f, err := s.Unfreeze(ctx, env, args[0], s.by)
			if err != nil {
				return err
			}
			return inv.show(f, fmt.Sprintf("Freeze %s of %s is lifted, which was for: %s\n", f.ID, env, f.Reason))
		}),
	}
}

// zoneOf is the zone in which the people of an environment read the clock.
func zoneOf(s *session, env string) (*time.Location, error) {
	zone, err := time.LoadLocation(s.Zone(env))
	if err != nil {
		return nil, fmt.Errorf("read the zone of %s: %w", env, err)
	}
	return zone, nil
}

// list is a list that is written as one also when it is empty.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
