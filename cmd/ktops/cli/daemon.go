package cli

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
)

func (inv *invocation) serve() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the daemon: Slack, the local socket, and the runs",
		Long: `Run the daemon until SIGTERM or Ctrl-C: it answers in Slack and on the local
socket, and executes approved runs. It first goes on with a run that an earlier
process left. SIGHUP or ktops reload takes a new configuration.`,
		Example: examples("ktops serve", "ktops serve --config /etc/ktops/ktops.yaml", "systemctl start ktops"),
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.NewReloader(inv.configFile(), inv.LookupEnv)
			if err != nil {
				return &usageError{err}
			}
			return inv.Parts.Serve(cmd.Context(), c, inv.Err)
		},
	}
}

func (inv *invocation) reload() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Let the daemon take a new configuration",
		Long: `Let the daemon take a new configuration. Policies, channels, checks and retention
change at once; what needs a restart is named. A file with mistakes changes
nothing, and the daemon keeps what it has.`,
		Example: examples("ktops reload"),
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			socket := glanceAt(inv.configFile()).Socket
			client, err := control.Dial(cmd.Context(), socket)
			if errors.Is(err, control.ErrNoDaemon) {
				return fmt.Errorf("%w behind %s, so there is nothing to reload; commands that work alone read the file anew", err, socket)
			}
			if err != nil {
				return err
			}
			reloaded, err := client.Reload(cmd.Context())
			if err != nil {
				return err
			}
			return inv.show(reloaded, reloadedText(inv.style(), reloaded))
		},
	}
}

func reloadedText(style console.Style, r control.Reloaded) string {
	text := console.Warnings(style, r.Warnings) + "The new configuration is in force"
	if len(r.Changed) > 0 {
		text += ": " + strings.Join(r.Changed, ", ")
	}
	text += ".\n"
	if len(r.NeedsRestart) > 0 {
		text += "These change with the next start only: " + strings.Join(r.NeedsRestart, ", ") + ".\n"
	}
	return text
}

func (inv *invocation) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of ktops",
		Example: examples("ktops version", "ktops version --json"),
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			info := struct {
				Version  string `json:"version"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{inv.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			return inv.show(info, fmt.Sprintf("ktops %s (%s, %s)\n", info.Version, info.Go, info.Platform))
		},
	}
}
