package console

import (
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Plan is everything that a person should know before saying yes.
func Plan(s Style, p ops.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", s.paint(bold, fmt.Sprintf("%s: %s → %s, %s", p.Environment, p.From, p.Target, p.Strategy)), p.Why)
	fmt.Fprintf(&b, "\nChecks\n%s", Findings(s, p.Checks))
	if len(p.Facts.Pending) > 0 {
		rows := make([][]string, 0, len(p.Facts.Pending))
		for _, m := range p.Facts.Pending {
			rows = append(rows, []string{fmt.Sprintf("%04d", m.Version), m.Description})
		}
		fmt.Fprintf(&b, "\nMigrations that will be applied\n%s", table("  ", rows))
	}
	rows := make([][]string, 0, len(p.Steps))
	for i, step := range p.Steps {
		note := ""
		if step.Migrates {
			note = s.paint(yellow, "applies the migrations: no way back to "+p.From.String()+" by image after this")
		}
		rows = append(rows, []string{fmt.Sprintf("%2d", i+1), step.Name, "about " + Duration(step.Estimate), note})
	}
	fmt.Fprintf(&b, "\nSteps, about %s together\n%s", Duration(p.Estimate()), table("  ", rows))
	fmt.Fprintf(&b, "\n%s\n", s.paint(dim, "Digest "+p.Digest))
	return b.String()
}
