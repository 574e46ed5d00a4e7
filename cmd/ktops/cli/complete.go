package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops/releases"
)

// completeTimeout is how long a person waits at the Tab key.
const completeTimeout = 500 * time.Millisecond

type completer func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

func complete(cmd *cobra.Command, flag string, with completer) {
	_ = cmd.RegisterFlagCompletionFunc(flag, with) // fails only for a flag that does not exist; the tests complete each
}

func (inv *invocation) completeEnvironment(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, item := range glanceAt(inv.configFile()).Environments {
		names = append(names, fmt.Sprint(item.Key))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeVersion offers the newest first; only a release file is cheap enough.
func (inv *invocation) completeVersion(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	file := glanceAt(inv.configFile()).Releases.File
	if file == "" || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	versions, err := releases.FromFile(file)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for i := len(versions) - 1; i >= 0; i-- {
		names = append(names, versions[i].String())
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completeRun offers runs, where a daemon can be asked for them.
func (inv *invocation) completeRun(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completeTimeout)
	defer cancel()
	client, err := control.Dial(ctx, glanceAt(inv.configFile()).Socket)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	runs, err := client.History(ctx, inv.env, recent)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var ids []string
	for _, r := range runs {
		ids = append(ids, fmt.Sprintf("%s\t%s %s, %s", r.ID, r.Request.Environment, console.What(r), console.StateText(r.State)))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
