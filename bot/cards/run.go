package cards

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// View is all that the card of a run shows.
type View struct {
	Run       ops.Run
	Progress  ops.Progress
	Remaining time.Duration
	Policy    ops.Policy
	Now       time.Time
	// Command is the slash command, such as /keeptrusts.
	Command string
}

// ForRun is the one card of a run at any time of its life: the plan, then the
// live card, then the report.
func ForRun(v View) Card {
	switch v.Run.State {
	case ops.Proposed:
		return proposed(v)
	case ops.Approved, ops.Running:
		return live(v)
	case ops.Held:
		return held(v)
	case ops.Succeeded, ops.RolledBack, ops.Failed:
		return report(v)
	case ops.Aborted:
		if !v.Run.StartedAt.IsZero() {
			return report(v)
		}
	}
	return closed(v)
}

func title(run ops.Run) string {
	return fmt.Sprintf("Upgrade %s %s → %s", run.Plan.Environment, run.Plan.From, run.Plan.Target)
}

// safeTitle is the title within mrkdwn.
func safeTitle(run ops.Run) string { return inline(title(run), maxHeader) }

func footer(v View) slack.Block {
	run := v.Run
	urgent := ""
	if run.Request.Urgent {
		urgent = "🚨 urgent: " + inline(run.Request.Reason, maxLine)
	}
	return footnote(join(code(run.ID, maxWord), "requested by "+person(run.Request.By), approvedBy(run), urgent))
}

func approvedBy(run ops.Run) string {
	var names []string
	for _, a := range run.Approvals {
		name := person(a.By)
		if a.BreakGlass {
			name += " (broke the glass: " + inline(a.Reason, maxLine) + ")"
		}
		names = append(names, name)
	}
	switch {
	case len(names) > 0:
		return "approved by " + listed(names, 10)
	case run.StartedAt.IsZero():
		return ""
	}
	return "no approval, for the policy asks for none"
}
