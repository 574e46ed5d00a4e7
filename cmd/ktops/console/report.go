package console

import (
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Report is a verification: the five checks of the guide and what runs.
func Report(s Style, r ops.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Verification at %s\n%s", Time(r.At), Findings(s, r.Checks))
	rows := make([][]string, 0, len(r.Running))
	for _, c := range r.Running {
		mark := s.levelMark(ops.Pass)
		if !c.Healthy || (!r.Expected.IsZero() && c.Version != r.Expected) {
			mark = s.levelMark(ops.Fail)
		}
		rows = append(rows, []string{mark, c.Name, c.Version.String(), health(c)})
	}
	if len(rows) > 0 {
		fmt.Fprintf(&b, "Running\n%s", table("  ", rows))
	}
	return b.String()
}

func health(c ops.Container) string {
	if c.Healthy {
		return "healthy"
	}
	return "not healthy"
}
