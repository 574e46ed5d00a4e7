package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/notify"
)

func (inv *invocation) notices() *cobra.Command {
	return group(&cobra.Command{
		Use:     "notices",
		Short:   "Show what people are told of windows, and what became of it",
		Example: examples("ktops notices list", "ktops notices preview upcoming", "ktops notices preview --channel users"),
	}, inv.noticesList(), inv.noticesPreview())
}

func (inv *invocation) noticesList() *cobra.Command {
	var limit int
	var all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the newest notices with what became of them",
		Long: `List the newest notices of an environment, one line for each reader, with what
became of them: waiting for its time, pending or sending, sent, expired when it was
too late, failed when it was refused for good, withdrawn when it was not true any
more, or nobody when no channel takes it.`,
		Example: examples("ktops notices list", "ktops notices list --all --limit 100", "ktops notices list --env staging --json"),
		Args:    takes(),
	}
	cmd.Flags().IntVar(&limit, "limit", 30, "how many")
	cmd.Flags().BoolVar(&all, "all", false, "notices of every environment")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, _ []string) error {
		zone, err := zoneOf(s, env)
		if err != nil {
			return err
		}
		if all {
			env = ""
		}
		told, err := s.Told(ctx, env, limit)
		if err != nil {
			return err
		}
		return inv.show(list(told), console.Told(inv.style(), told, zone.String()))
	})
	return cmd
}

func (inv *invocation) noticesPreview() *cobra.Command {
	var channel string
	cmd := &cobra.Command{
		Use:   "preview [KIND]",
		Short: "Show notices in the configured words, with made-up facts",
		Long: `Show notices in the configured words, with made-up facts: one kind, or all. They are
those for operators, who are told of everything, or those for the readers of a
channel. Nothing is sent. JSON has the HTML of an e-mail as well.`,
		Example:           examples("ktops notices preview", "ktops notices preview upcoming", "ktops notices preview reopened --channel users", "ktops notices preview upcoming --json"),
		Args:              takes("[KIND]"),
		ValidArgsFunction: completeKind,
	}
	cmd.Flags().StringVar(&channel, "channel", "", "`name` of a channel, whose readers they are for")
	complete(cmd, "channel", inv.completeChannel)
	cmd.RunE = inv.with(func(ctx context.Context, s *session, _ string, args []string) error {
		drafts, err := s.Drafts(ctx, notify.Kind(orNone(args)), channel)
		if err != nil {
			return err
		}
		return inv.show(list(drafts), console.Drafts(inv.style(), drafts))
	})
	return cmd
}

// completeKind offers the kinds of notices.
func completeKind(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, kind := range notify.Kinds() {
		names = append(names, string(kind))
	}
	return names, asListed
}

// completeChannel offers the channels of the file.
func (inv *invocation) completeChannel(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, c := range glanceAt(inv.configFile()).Notices.Channels {
		names = append(names, c.Name)
	}
	return names, asListed
}
