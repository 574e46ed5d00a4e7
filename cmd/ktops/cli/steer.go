package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) hold() *cobra.Command {
	var reason string
	cmd := inv.steering("hold [RUN]", "Stop a run after its present step", func(ctx context.Context, s *session, id string) error {
		run, err := s.Hold(ctx, id, s.by, reason)
		if err != nil {
			return err
		}
		return inv.decided(run)
	})
	cmd.Example = examples("ktops hold", `ktops hold r-k3x9ab --reason "the pager rings"`)
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is recorded")
	return cmd
}

func (inv *invocation) resume() *cobra.Command {
	cmd := inv.steering("resume [RUN]", "Go on with a run that is held", func(ctx context.Context, s *session, id string) error {
		run, err := s.Resume(ctx, id, s.by)
		if err != nil {
			return err
		}
		if s.local != nil {
			return inv.goOn(ctx, s, run)
		}
		return inv.tell(run, "goes on")
	})
	cmd.Long = `Go on with a run that is held, at the step where it stopped. Without a daemon this
command executes and shows it; so it also does with a run whose ktops was killed.`
	cmd.Example = examples("ktops resume", "ktops resume r-k3x9ab")
	return cmd
}

// steering is a command about one run: the one that is named, or the open one.
func (inv *invocation) steering(use, short string, do func(ctx context.Context, s *session, id string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: takes("[RUN]"), ValidArgsFunction: inv.completeRun}
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, args []string) error {
		if len(args) > 0 {
			return do(ctx, s, args[0])
		}
		open, err := openRun(ctx, s, env)
		if err != nil {
			return err
		}
		return do(ctx, s, open.ID)
	})
	return cmd
}

// recent is how many runs are looked through for an open one: the one that is going
// on, or else the newest that waits.
const recent = 20

func openRun(ctx context.Context, s *session, env string) (ops.Run, error) {
	runs, err := s.History(ctx, env, recent)
	if err != nil {
		return ops.Run{}, err
	}
	for _, matches := range []func(ops.Run) bool{ops.Run.Exclusive, func(r ops.Run) bool { return r.State.Open() }} {
		if i := slices.IndexFunc(runs, matches); i >= 0 {
			return runs[i], nil
		}
	}
	return ops.Run{}, ops.Refuse(fmt.Sprintf("no run is open in %s", env), "history")
}

func (inv *invocation) unlock() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "unlock",
		Short: "Break the lock of an environment and tell who held it",
		Long: `Break the lock of an environment and tell who held it. A runner that still lives
loses its right to write and stops. A dead one's lock ends by itself within 30
seconds, so this is seldom needed.`,
		Example: examples(`ktops unlock --env staging --reason "the machine is gone"`),
		Args:    takes(),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is recorded")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
		lease, err := s.Unlock(ctx, env, s.by, reason)
		if err != nil {
			return err
		}
		return inv.show(lease, fmt.Sprintf("%s was locked by %s and is free now.\n", env, lease.Owner))
	})
	return cmd
}
