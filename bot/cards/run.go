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
	// Openings are the coming ones, of a plan that waits for one to be chosen.
	Openings []ops.Opening
	Now      time.Time
	// Command is the slash command, such as /keeptrusts.
	Command string
	// Successor is the run that asks again for what this one drifted from.
	Successor Successor
	// Cost is what the way back that the run asks for costs now; nil while that is not known.
	Cost *ops.Choice
}

// Successor is a run that took the place of another, and where its card is.
type Successor struct{ Run, Link string }

// ForRun is the one card of a run at any time of its life: the plan, then the
// live card, then the report.
func ForRun(v View) Card {
	if v.Run.Request.Maintenance != nil {
		if card, ok := maintenance(v); ok {
			return card
		}
	}
	switch v.Run.State {
	case ops.Proposed:
		if v.Run.Request.Rollback != nil {
			return proposedReturn(v)
		}
		return proposed(v)
	case ops.Scheduled:
		return scheduled(v)
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
	if m := run.Request.Maintenance; m != nil {
		return fmt.Sprintf("Maintenance of %s for %s", run.Plan.Environment, duration(m.For))
	}
	does := map[string]string{"upgrade": "Upgrade", "rollback": "Roll back", "rehearsal": "Rehearse"}[noun(run)]
	return fmt.Sprintf("%s %s %s → %s", does, run.Plan.Environment, run.Plan.From, run.Plan.Target)
}

// noun is what a run is called in a sentence.
func noun(run ops.Run) string {
	switch {
	case run.Request.Maintenance != nil:
		return "maintenance"
	case run.Request.Rollback != nil:
		return "rollback"
	case run.Request.Rehearse:
		return "rehearsal"
	}
	return "upgrade"
}

// safeTitle is the title within mrkdwn.
func safeTitle(run ops.Run) string { return inline(title(run), maxHeader) }

// subject is what a run is for, in a few words.
func subject(run ops.Run) string {
	if m := run.Request.Maintenance; m != nil {
		return "maintenance for " + duration(m.For)
	}
	way := fmt.Sprintf("%s → %s", run.Plan.From, run.Plan.Target)
	if noun(run) != "upgrade" {
		way = noun(run) + " " + way
	}
	return way
}

func footer(v View) slack.Block {
	run := v.Run
	urgent := ""
	if run.Request.Urgent {
		urgent = "🚨 urgent: " + inline(run.Request.Reason, maxLine)
	}
	again := ""
	if run.Request.Replaces != "" {
		again = "asks again for " + code(run.Request.Replaces, maxWord) + ", which drifted"
	}
	return footnote(join(code(run.ID, maxWord), "requested by "+person(run.Request.By), approvedBy(run), again, urgent, frozen(run)))
}

// frozen tells of the freeze that an urgent run passes.
func frozen(run ops.Run) string {
	if run.Request.Frozen == "" {
		return ""
	}
	return "🧊 passes a freeze: " + inline(run.Request.Frozen, maxLine)
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
