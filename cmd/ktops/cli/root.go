package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

func (inv *invocation) root() *cobra.Command {
	root := group(&cobra.Command{
		Use:   "ktops",
		Short: "Upgrade a Keeptrusts platform safely, from Slack or from here",
		Long: `ktops upgrades a self-hosted Keeptrusts platform: it plans, asks for approval,
backs up, rolls every component without a failed request, or in a maintenance
window, and proves the result.

Commands use the daemon of this machine (ktops serve) where it runs, and work
alone on the same journal where it does not.

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 refused by policy or checks.`,
		Example: examples(
			"ktops status",
			"ktops plan 2.5.0",
			"ktops upgrade 2.5.0 --env staging",
			"ktops approve r-k3x9ab",
		),
		SilenceErrors: true,
		SilenceUsage:  true,
	},
		inv.serve(), inv.plan(), inv.upgrade(), inv.rollback(), inv.rehearse(), inv.approve(), inv.reject(),
		inv.hold(), inv.resume(), inv.abort(), inv.unlock(),
		inv.windows(), inv.freeze(), inv.maintenance(),
		inv.verify(), inv.backup(), inv.status(), inv.history(),
		inv.edge(), inv.notices(), inv.configuration(), inv.reload(), inv.version(),
	)
	flags := root.PersistentFlags()
	flags.StringVar(&inv.config, "config", "", "configuration file (default $KTOPS_CONFIG, /etc/ktops/ktops.yaml or ./ktops.yaml)")
	flags.StringVar(&inv.env, "env", "", "environment (default the first of the configuration)")
	flags.BoolVar(&inv.json, "json", false, "write JSON; a run that is watched as one line an update")
	flags.BoolVar(&inv.noColor, "no-color", false, "write without colours, as does NO_COLOR")
	root.SetOut(inv.Out)
	root.SetErr(inv.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usagef(cmd, "%v", err) })
	complete(root, "env", inv.completeEnvironment)
	return root
}

// unknownCommand answers a word that is no command with the nearest that is.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := cmd.SuggestionsFor(args[0])
	if len(near) == 0 {
		return usagef(cmd, "there is no command %q", args[0])
	}
	return usagef(cmd, "there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
}
