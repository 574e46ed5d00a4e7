package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) windows() *cobra.Command {
	return group(&cobra.Command{
		Use:   "windows",
		Short: "Tell about maintenance windows, skip one or open it now",
		Long: `Tell about the maintenance windows of an environment: when they open next, on the
clocks of their zone and in UTC, what happens in them and what became of them.`,
		Example: examples("ktops windows list", "ktops windows next", "ktops windows show nightly",
			`ktops windows skip upgrades --reason "the release is late"`, `ktops windows run-now upgrades --reason "all are here"`),
	}, inv.windowsList(), inv.windowsNext(), inv.windowsShow(), inv.windowsHistory(), inv.windowsSkip(), inv.windowsRunNow())
}

func (inv *invocation) windowsList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the windows with the next opening of each",
		Example: examples("ktops windows list", "ktops windows list --json"),
		Args:    takes(),
		RunE: inv.withWindows(func(k known, _ []string) error {
			text := console.Windows(inv.style(), k.windows, k.freezes, k.zone)
			if len(k.windows) == 0 {
				text = console.NoWindows(k.environment)
			}
			return inv.show(list(k.windows), text)
		}),
	}
}

// nextShown is how many openings are told ahead, of one window or of all together.
const nextShown = 5

func (inv *invocation) windowsNext() *cobra.Command {
	return &cobra.Command{
		Use:   "next",
		Short: "List the next five openings of all windows together",
		Long: `List the next five openings of all windows together, on the clocks of each window's
zone and in UTC, and the next clock change when it falls among them.`,
		Example: examples("ktops windows next", "ktops windows next --env staging --json"),
		Args:    takes(),
		RunE: inv.withWindows(func(k known, _ []string) error {
			coming := k.coming()
			text := console.Next(inv.style(), coming, k.windows)
			if len(k.windows) == 0 {
				text = console.NoWindows(k.environment)
			}
			return inv.show(list(coming), text)
		}),
	}
}

// coming are the next openings of all windows together, soonest first.
func (k known) coming() []console.Coming {
	var all []console.Coming
	for _, w := range k.windows {
		for _, o := range w.Next {
			all = append(all, console.Coming{Occurrence: o, Does: w.Does, Frozen: console.FrozenBy(o.Opening, w.Does, k.freezes)})
		}
	}
	slices.SortStableFunc(all, func(a, b console.Coming) int { return a.Opens.Compare(b.Opens) })
	return all[:min(len(all), nextShown)]
}

func (inv *invocation) windowsShow() *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME",
		Short:             "Tell all about one window, with its next five openings",
		Example:           examples("ktops windows show nightly", "ktops windows show nightly --json"),
		Args:              takes("NAME"),
		ValidArgsFunction: inv.completeWindow,
		RunE: inv.withWindows(func(k known, args []string) error {
			w, err := oneWindow(k.windows, k.environment, args[0])
			if err != nil {
				return err
			}
			return inv.show(w, console.Window(inv.style(), w, k.freezes))
		}),
	}
}

func (inv *invocation) windowsHistory() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:               "history [NAME]",
		Short:             "List what became of the windows so far, newest first",
		Example:           examples("ktops windows history", "ktops windows history nightly --limit 50"),
		Args:              takes("[NAME]"),
		ValidArgsFunction: inv.completeWindow,
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "how many openings")
	cmd.RunE = inv.with(func(ctx context.Context, s *session, env string, args []string) error {
		past, err := pastOf(ctx, s, env, orNone(args), limit)
		if err != nil {
			return err
		}
		return inv.show(list(past), console.Occurrences(inv.style(), past))
	})
	return cmd
}

// historySeen is how many occurrences are looked through for those of one window.
const historySeen = 1000

// pastOf is what became of the windows of an environment, or of one of them. One that
// is not configured any more still has its history.
func pastOf(ctx context.Context, s *session, env, window string, limit int) ([]ops.Occurrence, error) {
	if window == "" {
		return s.Occurrences(ctx, env, limit)
	}
	past, err := s.Occurrences(ctx, env, historySeen)
	if err != nil {
		return nil, err
	}
	past = slices.DeleteFunc(past, func(o ops.Occurrence) bool { return o.Window != window })
	if len(past) > 0 {
		return past[:min(len(past), limit)], nil
	}
	windows, err := s.Windows(ctx, env)
	if err == nil {
		_, err = oneWindow(windows, env, window)
	}
	return nil, err
}

// known is what is known about the windows of an environment.
type known struct {
	environment string
	windows     []ops.WindowState
	freezes     []ops.Freeze
	zone        string // in which people read the clock
}

// withWindows runs what a command does with the windows and freezes of its environment.
func (inv *invocation) withWindows(do func(k known, args []string) error) func(*cobra.Command, []string) error {
	return inv.with(func(ctx context.Context, s *session, env string, args []string) error {
		windows, err := s.Windows(ctx, env)
		if err != nil {
			return err
		}
		freezes, err := s.Freezes(ctx, env)
		if err != nil {
			return err
		}
		return do(known{env, windows, freezes, s.Zone(env)}, args)
	})
}

// oneWindow is the window of a name; a refusal lists those that there are.
func oneWindow(windows []ops.WindowState, env, name string) (ops.WindowState, error) {
	i := slices.IndexFunc(windows, func(w ops.WindowState) bool { return w.Name == name })
	if i < 0 {
		return ops.WindowState{}, ops.Refuse(fmt.Sprintf("%s has no window %q", env, name), "windows list")
	}
	return windows[i], nil
}
