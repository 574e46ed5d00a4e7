package console

import (
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Plan is everything that a person should know before saying yes.
func Plan(s Style, p ops.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", s.paint(bold, heading(p)), p.Why)
	fmt.Fprintf(&b, "\nChecks\n%s", Findings(s, p.Checks))
	b.WriteString(migrations(s, p))
	if p.Strategy == ops.Window {
		b.WriteString(procedure(s, p))
	} else {
		b.WriteString(planned(s, p))
	}
	fmt.Fprintf(&b, "\n%s\n", s.paint(dim, "Digest "+p.Digest))
	return b.String()
}

func heading(p ops.Plan) string {
	if p.Strategy == ops.Closing {
		return p.Environment + ": " + closing(p)
	}
	return fmt.Sprintf("%s: %s → %s, %s", p.Environment, p.From, p.Target, p.Strategy)
}

// closing is what a plan does that closes the edge and changes nothing.
func closing(p ops.Plan) string {
	for _, step := range p.Steps {
		if step.Kind == ops.StayClosed {
			return "maintenance for " + Length(step.Estimate)
		}
	}
	return "maintenance"
}

func planned(s Style, p ops.Plan) string {
	rows := make([][]string, 0, len(p.Steps))
	for i, step := range p.Steps {
		note := ""
		if step.Migrates {
			note = s.paint(yellow, "applies the migrations: no way back to "+p.From.String()+" by image after this")
		}
		rows = append(rows, []string{fmt.Sprintf("%2d", i+1), step.Name, "about " + Duration(step.Estimate), note})
	}
	return fmt.Sprintf("\nSteps, about %s together\n%s", Duration(p.Estimate()), table("  ", rows))
}
