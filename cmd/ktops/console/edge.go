package console

import (
	"fmt"
	"slices"

	"github.com/keeptrusts/ktops/ops"
)

// Edge tells how the edge of an environment is, and what was found about it.
func Edge(s Style, st ops.Status) string {
	findings := slices.DeleteFunc(slices.Clone(st.Findings), func(f ops.Finding) bool { return f.Check != "edge" })
	if st.Edge != nil {
		findings = append(findings, st.Edge.Findings...)
	}
	return "The edge of " + st.Environment + " is " + edgeState(s, st.Edge, len(findings) > 0) + ".\n" + Findings(s, findings)
}

// edgeState is how an edge is, in words that follow "is".
func edgeState(s Style, e *ops.EdgeState, unseen bool) string {
	switch {
	case e == nil && unseen:
		return s.paint(yellow, "not seen")
	case e == nil:
		return "not managed by ktops; it is once edge in ktops.yaml has maintenance"
	case e.Closed == nil:
		return s.paint(green, "open")
	}
	c := e.Closed
	text := fmt.Sprintf("%s since %s, expected back %s\n  by run %s: %s", s.paint(yellow, "closed"), Time(c.Since), Time(c.Back), c.Run, c.Doing)
	if c.Now != "" {
		text += ", at “" + c.Now + "”"
	}
	return text
}
