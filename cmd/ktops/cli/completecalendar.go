package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

const asListed = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder

// asking lets a completion ask the daemon about the environment of the command line;
// nothing is offered where it cannot.
func (inv *invocation) asking(cmd *cobra.Command, ask func(ctx context.Context, c *control.Client, env string) []string) []string {
	ctx, cancel := context.WithTimeout(cmd.Context(), completeTimeout)
	defer cancel()
	client, err := control.Dial(ctx, glanceAt(inv.configFile()).Socket)
	if err != nil {
		return nil
	}
	env := inv.env
	if names := client.Environments(); env == "" && len(names) > 0 {
		env = names[0]
	}
	return ask(ctx, client, env)
}

// completeWindow offers the windows of the daemon, or those of the file.
func (inv *invocation) completeWindow(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := inv.asking(cmd, func(ctx context.Context, c *control.Client, env string) []string {
		windows, _ := c.Windows(ctx, env) // what cannot be asked is not offered
		return described(windows)
	})
	if names == nil {
		names = glanceAt(inv.configFile()).windows(inv.env)
	}
	return names, asListed
}

func described(windows []ops.WindowState) []string {
	var names []string
	for _, w := range windows {
		name := w.Name
		if len(w.Next) > 0 {
			name += "\topens " + console.Clock(w.Next[0].Opens, w.Zone)
		}
		names = append(names, name)
	}
	return names
}

// completeOpening offers what --window takes: next, windows, and keys of openings.
func (inv *invocation) completeOpening(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	names := inv.asking(cmd, func(ctx context.Context, c *control.Client, env string) []string {
		var windows, keys []string
		openings, _ := c.Openings(ctx, env, nextShown) // as above
		for _, o := range openings {
			if !slices.Contains(windows, o.Window) {
				windows = append(windows, o.Window)
			}
			keys = append(keys, o.Key+"\t"+o.Window+", "+console.Opening(o))
		}
		return append(windows, keys...)
	})
	return append([]string{ops.NextWindow}, names...), asListed
}

// completeFreeze offers the freezes that can be lifted here.
func (inv *invocation) completeFreeze(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return inv.asking(cmd, func(ctx context.Context, c *control.Client, env string) []string {
		var ids []string
		freezes, _ := c.Freezes(ctx, env) // as above
		for _, f := range freezes {
			if f.By.ID != "" {
				ids = append(ids, f.ID+"\t"+f.Reason)
			}
		}
		return ids
	}), asListed
}
