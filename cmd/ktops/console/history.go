package console

import (
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// History lists runs, newest first.
func History(s Style, runs []ops.Run) string {
	if len(runs) == 0 {
		return "No runs yet.\n"
	}
	rows := [][]string{{"RUN", "ASKED FOR", "ENVIRONMENT", "UPGRADE", "BY", "TOOK", "OUTCOME"}}
	for _, r := range runs {
		took := "-"
		if !r.StartedAt.IsZero() && !r.EndedAt.IsZero() {
			took = Duration(r.EndedAt.Sub(r.StartedAt))
		}
		rows = append(rows, []string{r.ID, Time(r.ProposedAt), r.Request.Environment,
			fmt.Sprintf("%s → %s", r.Plan.From, r.Plan.Target), r.Request.By.String(), took, s.state(r.State)})
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
	case ops.LeaseBroken:
		return "broke the lock"
	}
	return strings.ReplaceAll(string(kind), "-", " ")
}
