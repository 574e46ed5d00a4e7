package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

// openingsSeen is how far ahead an opening can be chosen by name.
const openingsSeen = 20

// windowFlag asks for an opening of a window.
func (inv *invocation) windowFlag(cmd *cobra.Command, window *string) {
	cmd.Flags().StringVar(window, "window", "", "`opening` to run in: next, the name of a window, or the key of an opening")
	complete(cmd, "window", inv.completeOpening)
}

// openingOf is the opening that a request would get now; where it names none, the next
// one that a plan which needs one could be approved into; nil when none matters.
func openingOf(ctx context.Context, s *session, plan ops.Plan, req ops.Request) (*ops.Opening, error) {
	window := req.Window
	if window == "" {
		if plan.Strategy != ops.Window {
			return nil, nil
		}
		window = ops.NextWindow
	}
	opening, err := free(ctx, s, req.Environment, window)
	if err != nil || opening != nil || req.Window == "" {
		return opening, err
	}
	return nil, ops.Refuse(fmt.Sprintf("%s has no free opening %q to come in which upgrades may run", req.Environment, window), "windows next")
}

// free is the soonest opening of that name that no run has; nil when there is none.
func free(ctx context.Context, s *session, env, window string) (*ops.Opening, error) {
	openings, err := s.Openings(ctx, env, openingsSeen)
	if err != nil {
		return nil, err
	}
	windows, err := s.Windows(ctx, env)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(openings, func(o ops.Opening) bool {
		return (window == ops.NextWindow || window == o.Window || window == o.Key) && !taken(windows, o)
	})
	if i < 0 {
		return nil, nil
	}
	return &openings[i], nil
}

// taken reports whether a run waits for an opening already.
func taken(windows []ops.WindowState, o ops.Opening) bool {
	for _, w := range windows {
		if slices.ContainsFunc(w.Next, func(known ops.Occurrence) bool {
			return known.Window == o.Window && known.Key == o.Key && known.Run != ""
		}) {
			return true
		}
	}
	return false
}

// fit tells how a plan goes into an opening; empty where it needs none.
func fit(style console.Style, plan ops.Plan, req ops.Request, o *ops.Opening) string {
	switch {
	case o != nil && req.Window != "":
		return console.Fit(style, plan, *o, "Opening")
	case o != nil:
		return console.Fit(style, plan, *o, "Next opening")
	case plan.Strategy == ops.Window:
		return "\nNo window is there for it: add one under windows in ktops.yaml, with does: [upgrade]\n"
	}
	return ""
}
