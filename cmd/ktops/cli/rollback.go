package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

// back is the way that was chosen on the command line.
type back struct {
	way    string
	backup string
}

func (inv *invocation) rollback() *cobra.Command {
	var back back
	var reason string
	var proposing proposing
	cmd := &cobra.Command{
		Use:   "rollback [RUN]",
		Short: "Tell what going back means now, and go back",
		Long: `Tell what going back to before a run means now: each way back, what it loses, how
long it takes, and what is checked afterwards. With --way that way is planned, asked
for and watched, as an upgrade is. Without RUN it is the newest run that changed
something.

  images    the previous images, on the database as it is: loses nothing
  snapshot  also the snapshot that the run took, put in the database's place
  backup    also a verified backup, restored beside the database before that

What was live is never overwritten: it is kept under another name. A way that loses
data needs two approvals, where the policy does not say otherwise.`,
		Example: examples(
			"ktops rollback",
			"ktops rollback --way images --yes",
			"ktops rollback r-k3x9ab --way snapshot",
			"ktops rollback --way backup --backup run-r-k3x9ab.dump.zst",
			"ktops rollback --json | jq '.choices[] | {way, possible, lost}'",
		),
		Args:              takes("[RUN]"),
		ValidArgsFunction: inv.completeRun,
	}
	cmd.Flags().StringVar(&back.way, "way", "", "images, snapshot or backup")
	cmd.Flags().StringVar(&back.backup, "backup", "", "`file` to restore; default the one that the advice names")
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is announced and recorded")
	complete(cmd, "way", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return ways(), cobra.ShellCompDirectiveNoFileComp
	})
	proposing.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := back.check(cmd); err != nil {
			return err
		}
		if back.way != "" {
			if err := inv.checkProposing(cmd, proposing); err != nil {
				return err
			}
		}
		return inv.with(func(ctx context.Context, s *session, env string, args []string) error {
			advice, err := s.Advise(ctx, env, orNone(args))
			if err != nil {
				return err
			}
			if back.way == "" {
				return inv.advise(advice)
			}
			choice, err := back.choose(advice)
			if err != nil {
				return err
			}
			return inv.propose(ctx, s, proposing, ops.Request{
				Environment: env, Target: advice.To, Strategy: ops.Returning, By: s.by, Reason: reason,
				Rollback: &ops.Rollback{Run: advice.Run, Way: choice.Way, Backup: choice.Backup},
			})
		})(cmd, args)
	}
	return cmd
}

func ways() []string {
	return []string{string(ops.BackByImages), string(ops.BackBySnapshot), string(ops.BackByBackup)}
}

func (b back) check(cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("way") && !slices.Contains(ways(), b.way):
		return usagef(cmd, "there is no way %q; there are: %s", b.way, strings.Join(ways(), ", "))
	case b.backup != "" && b.way != string(ops.BackByBackup):
		return usagef(cmd, "--backup names what --way backup restores")
	case b.way == "" && (cmd.Flags().Changed("yes") || cmd.Flags().Changed("detach") || cmd.Flags().Changed("break-glass")):
		return usagef(cmd, "choose a way back with --way; without it ktops rollback only tells what each would cost")
	}
	return nil
}

// choose is the choice that was asked for; a backup of another name is for the plan to judge.
func (b back) choose(a ops.Advice) (ops.Choice, error) {
	i := slices.IndexFunc(a.Choices, func(c ops.Choice) bool { return string(c.Way) == b.way })
	switch {
	case b.backup != "":
		return ops.Choice{Way: ops.BackByBackup, Backup: b.backup}, nil
	case i < 0:
		return ops.Choice{}, ops.Refuse(fmt.Sprintf("there is no way back by %s from run %s", b.way, a.Run), "rollback "+a.Run)
	case !a.Choices[i].Possible:
		return ops.Choice{}, &ops.Refusal{Why: fmt.Sprintf("there is no way back by %s: %s", b.way, a.Choices[i].Why), Try: otherWays(a), Findings: failed(a.Choices[i].Checks)}
	}
	return a.Choices[i], nil
}

func otherWays(a ops.Advice) []string {
	var try []string
	for _, c := range a.Choices {
		if c.Possible {
			try = append(try, "rollback "+a.Run+" --way "+string(c.Way))
		}
	}
	return try
}

func failed(checks []ops.Finding) []ops.Finding {
	return slices.DeleteFunc(slices.Clone(checks), func(f ops.Finding) bool { return f.Level != ops.Fail })
}

// advise shows the ways, and how to go the best of them.
func (inv *invocation) advise(a ops.Advice) error {
	if err := inv.show(a, console.Advice(inv.style(), a)); err != nil {
		return err
	}
	try := otherWays(a)
	if len(try) == 0 {
		if err := inv.say("\nThere is no way back that can be gone now."); err != nil {
			return err
		}
		return &ended{exitRefused}
	}
	return inv.say("\nTo go back: ktops %s", try[0])
}
