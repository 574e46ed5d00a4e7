package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

// Edge is the nginx of an environment, as far as commands concern it. It is spoken
// to without the daemon: whoever types these may have none.
type Edge interface {
	Look(ctx context.Context) (ops.EdgeState, error)
	Draining(ctx context.Context) (ops.Draining, error)
	Install(ctx context.Context) (nginx.Installation, error)
}

func (inv *invocation) edge() *cobra.Command {
	return group(&cobra.Command{
		Use:   "edge",
		Short: "Prepare the nginx that is closed for maintenance, and look after it",
		Long: `Prepare the nginx that is closed for maintenance, and look after it. These commands
use the configuration and nginx themselves, also where no daemon runs.`,
		Example: examples("ktops edge install", "ktops edge status", "ktops edge guard"),
	}, inv.edgeInstall(), inv.edgeStatus(), inv.edgeGuard(), inv.edgeAgent())
}

func (inv *invocation) edgeInstall() *cobra.Command {
	return &cobra.Command{
		Use:   "install",
		Short: "Print the one line that nginx needs, and check that it works",
		Long: `Print the one line that nginx's server block needs, and check everything that would
keep the edge from being closed. The file that the line includes is made where it
is missing; nothing else is changed, and nginx is not reloaded.

The exit code is 1 until the edge can be closed.`,
		Example: examples("ktops edge install", "ktops edge install --env staging --json"),
		Args:    takes(),
		RunE: inv.withEdge(func(ctx context.Context, name string, edge Edge) error {
			installation, err := edge.Install(ctx)
			if err != nil {
				return err
			}
			if err := inv.show(installation, installationText(inv.style(), name, installation)); err != nil {
				return err
			}
			if ops.Worst(installation.Findings) == ops.Fail {
				return &ended{exitFailed}
			}
			return nil
		}),
	}
}

func installationText(style console.Style, name string, i nginx.Installation) string {
	var b strings.Builder
	if i.Wrote != "" {
		b.WriteString("Made " + i.Wrote + ".\n")
	}
	b.WriteString(console.Findings(style, i.Findings))
	switch ops.Worst(i.Findings) {
	case ops.Fail:
		b.WriteString("\nThe first line of the server block that callers use, then reload nginx:\n\n    " + i.Include + "\n")
	default:
		b.WriteString("\nThe edge of " + name + " can be closed.\n")
	}
	return b.String()
}

// withEdge runs what a command does with the edge of the environment.
func (inv *invocation) withEdge(do func(ctx context.Context, name string, edge Edge) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		c, err := config.Load(inv.configFile(), inv.LookupEnv)
		if err != nil {
			return &usageError{err}
		}
		at := 0
		if inv.env != "" {
			at = slices.IndexFunc(c.Environments, func(e config.Environment) bool { return e.Name == inv.env })
		}
		if at < 0 || at >= len(c.Environments) {
			return usagef(cmd, "there is no environment %q; there are: %s", inv.env, strings.Join(c.Environments.Names(), ", "))
		}
		e := c.Environments[at]
		if !managed(e) {
			return ops.Refuse("ktops does not manage the edge of "+e.Name, "add edge.maintenance to it in "+inv.configFile())
		}
		edge, err := inv.Parts.Edge(c, e)
		if err != nil {
			return err
		}
		return do(cmd.Context(), e.Name, edge)
	}
}

func managed(e config.Environment) bool { return e.Edge != nil && e.Edge.Maintenance != nil }

func (inv *invocation) edgeAgent() *cobra.Command {
	var o nginx.HostOptions
	var test, reload, workers string
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Answer one request about nginx on this machine, for a daemon on another",
		Long: `Answer one request about nginx on this machine: JSON on standard input, and JSON on
standard output. A daemon on another machine starts it, as edge.maintenance.agent
says. The request names what is wanted; folder and commands are those given here,
so that who may start this can do no more with it than close and open the edge.`,
		Example: examples(
			"ktops edge agent --directory /etc/nginx/ktops",
			"ktops edge agent --directory /srv/edge/ktops --container edge-1",
			`ktops edge agent --directory /etc/nginx/ktops --reload "systemctl reload nginx"`,
		),
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Directory == "" {
				return usagef(cmd, "--directory is missing: the folder that nginx includes ktops.conf from")
			}
			o.Test, o.Reload, o.Workers = strings.Fields(test), strings.Fields(reload), strings.Fields(workers)
			return nginx.Serve(cmd.Context(), o, inv.In, inv.Out)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Directory, "directory", "", "folder that nginx includes ktops.conf from")
	flags.StringVar(&o.Container, "container", "", "name of the container that nginx runs in")
	flags.StringVar(&test, "test", "", "command that tests the configuration, its words parted by blanks (default nginx -t)")
	flags.StringVar(&reload, "reload", "", "command that loads it (default nginx -s reload)")
	flags.StringVar(&workers, "workers", "", "command that lists processes, number and title (default those of this nginx)")
	return cmd
}

// guarded is what was found at the edge of one environment.
type guarded struct {
	Environment string `json:"environment"`
	ops.EdgeGuard
	Error string `json:"error,omitempty"`
}

func (inv *invocation) edgeGuard() *cobra.Command {
	return &cobra.Command{
		Use:   "guard",
		Short: "Open an edge that was left closed, where the platform is healthy",
		Long: `Look once at the edge of each environment, or of the one that --env names. One that
is closed and that nobody works behind any more is opened when the platform is
healthy; otherwise it stays closed and a person is called. The daemon does the same
every ten seconds; this is for a timer, for when the daemon is gone. Both may run:
who acts holds the environment's lease.

The exit code is 1 when a person has to look.`,
		Example: examples("ktops edge guard", "systemctl enable --now ktops-edge-guard.timer"),
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := config.Load(inv.configFile(), inv.LookupEnv)
			if err != nil {
				return &usageError{err}
			}
			if inv.env != "" && !slices.Contains(c.Environments.Names(), inv.env) {
				return usagef(cmd, "there is no environment %q; there are: %s", inv.env, strings.Join(c.Environments.Names(), ", "))
			}
			local, err := inv.Parts.Alone(cmd.Context(), c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, local.Close()) }()
			found := inv.guard(cmd.Context(), c, local)
			if err := inv.show(found, guardText(inv.style(), found)); err != nil {
				return err
			}
			if slices.ContainsFunc(found, func(g guarded) bool { return g.Error != "" || g.Alarm != "" }) {
				return &ended{exitFailed}
			}
			return nil
		},
	}
}

func (inv *invocation) guard(ctx context.Context, c *config.Config, local Local) []guarded {
	found := []guarded{}
	for _, e := range c.Environments {
		if !managed(e) || (inv.env != "" && inv.env != e.Name) {
			continue
		}
		g := guarded{Environment: e.Name}
		var err error
		if g.EdgeGuard, err = local.Guard(ctx, e.Name); err != nil {
			g.Error = err.Error()
		}
		found = append(found, g)
	}
	return found
}
