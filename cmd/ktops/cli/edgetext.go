package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func (inv *invocation) edgeStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Tell whether the edge is open, and by whom it is closed",
		Long:    "Tell whether the edge is open, by whom it is closed and until when, and what would\nkeep it from being closed. It changes nothing.",
		Example: examples("ktops edge status", "ktops edge status --env staging --json"),
		Args:    takes(),
		RunE: inv.withEdge(func(ctx context.Context, name string, edge Edge) error {
			state, err := edge.Look(ctx)
			if err != nil {
				return err
			}
			seen := struct {
				Environment string `json:"environment"`
				ops.EdgeState
				Draining *ops.Draining `json:"draining,omitempty"`
			}{Environment: name, EdgeState: state}
			if state.Closed != nil {
				if left, err := edge.Draining(ctx); err == nil {
					seen.Draining = &left
				}
			}
			return inv.show(seen, edgeText(inv.style(), name, state, seen.Draining))
		}),
	}
}

func edgeText(style console.Style, name string, state ops.EdgeState, left *ops.Draining) string {
	c := state.Closed
	if c == nil {
		return "The edge of " + name + " is open.\n" + console.Findings(style, state.Findings)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The edge of %s is closed", name)
	if c.Run == "" {
		b.WriteString(", by nobody that ktops knows: " + c.Doing + ".\nktops edge guard opens it when the platform is healthy.\n")
		return b.String()
	}
	fmt.Fprintf(&b, " since %s, by run %s: %s", clock(c.Since), c.Run, c.Doing)
	if c.Now != "" {
		b.WriteString(", now " + c.Now)
	}
	fmt.Fprintf(&b, ".\nExpected back at %s; callers were last told at %s.\n", clock(c.Back), clock(c.At))
	switch {
	case left == nil || left.Workers == 0:
	case left.Streams < 0:
		b.WriteString("Some answers from before are still going on.\n")
	default:
		fmt.Fprintf(&b, "Answers from before that are still going on: %d.\n", left.Streams)
	}
	return b.String() + console.Findings(style, state.Findings)
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func guardText(style console.Style, found []guarded) string {
	if len(found) == 0 {
		return "ktops manages no edge.\n"
	}
	findings := make([]ops.Finding, 0, len(found))
	for _, g := range found {
		f := ops.Finding{Check: g.Environment, Level: ops.Pass, Fact: g.Verdict}
		switch {
		case g.Error != "":
			f.Level, f.Fact = ops.Fail, g.Error
		case g.Alarm != "":
			f.Level, f.Advice = ops.Fail, g.Alarm
		case g.Opened:
			f.Level = ops.Warn
		}
		findings = append(findings, f)
	}
	return console.Findings(style, findings)
}
