package console

import (
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// History lists runs, newest first.
func History(s Style, runs []ops.Run) string {
	if len(runs) == 0 {
		return "No runs yet.\n"
	}
	rows := [][]string{{"RUN", "ASKED FOR", "ENVIRONMENT", "WHAT", "BY", "TOOK", "OUTCOME"}}
	for _, r := range runs {
		took := "-"
		if !r.StartedAt.IsZero() && !r.EndedAt.IsZero() {
			took = Duration(r.EndedAt.Sub(r.StartedAt))
		}
		rows = append(rows, []string{r.ID, Time(r.ProposedAt), r.Request.Environment, What(r), r.Request.By.String(), took, s.state(r.State)})
	}
	return table("", rows)
}

// Events is the audit trail of a run.
func Events(events []ops.Event) string {
	rows := make([][]string, 0, len(events))
	for _, e := range events {
		what := eventText(e.Kind)
		if e.Step != "" {
			what += " “" + e.Step + "”"
		}
		rows = append(rows, []string{Time(e.At), e.Actor.String(), what, e.Reason})
	}
	return "\nWhat happened\n" + table("  ", rows)
}

// eventText is an event as people say it.
func eventText(kind ops.EventKind) string {
	switch kind {
	case ops.RunApproval:
		return "approved, and more approvals are needed"
	case ops.StepBegan:
		return "began"
	case ops.StepEnded:
		return "finished"
	case ops.StepBroke:
		return "failed at"
	case ops.StepReverted:
		return "put back"
	case ops.HoldAsked:
		return "asked to hold"
	case ops.AbortAsked:
		return "asked to abort"
	case ops.RunUndoing:
		return "began to put things back"
	case ops.RunOpened:
		return "its window opened"
	case ops.RunOverran:
		return "overran its window"
	case ops.ReopenAsked:
		return "asked to open the edge"
	case ops.EdgeOpened:
		return "opened the edge"
	case ops.Alarm:
		return "called a person"
	case ops.LeaseBroken:
		return "broke the lock"
	}
	return strings.ReplaceAll(string(kind), "-", " ")
}
