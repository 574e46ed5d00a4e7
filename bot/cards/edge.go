package cards

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Edge tells how the edge of an environment is.
func Edge(s ops.Status, command string) Card {
	env := inline(s.Environment, maxWord)
	lines := []string{edgeText(s.Edge)}
	if s.Edge != nil && s.Edge.Closed != nil {
		c := s.Edge.Closed
		lines = append(lines, join("run "+code(c.Run, maxWord), inline(c.Doing, maxLine), inline(c.Now, maxLine)))
	}
	blocks := []slack.Block{header("Edge of " + s.Environment), section(lines...)}
	if findings := edgeFindings(s); len(findings) > 0 {
		blocks = append(blocks, section(checkLines(typed(findings, command))...))
	}
	note := "To close it: " + code(command+" maintenance on 30m REASON", maxLine)
	if s.Edge == nil {
		note = "ktops closes an edge that has a maintenance section under edge in ktops.yaml."
	} else if s.Edge.Closed != nil {
		note = "To end a maintenance: " + code(command+" maintenance off", maxLine)
	}
	return Card{Text: "Edge of " + env + ": " + edgeWord(s.Edge), Blocks: append(blocks, footnote(note))}
}

// edgeFindings are those of the edge itself, and why it could not be seen.
func edgeFindings(s ops.Status) []ops.Finding {
	var found []ops.Finding
	for _, f := range s.Findings {
		if f.Check == "edge" {
			found = append(found, f)
		}
	}
	if s.Edge != nil {
		found = append(found, s.Edge.Findings...)
	}
	return found
}

func edgeText(e *ops.EdgeState) string {
	switch {
	case e == nil:
		return "▫️ not managed by ktops, or not seen"
	case e.Closed == nil:
		return "🟢 *Open*"
	}
	return fmt.Sprintf("🚧 *Closed* since %s, expected back %s", moment(e.Closed.Since), moment(e.Closed.Back))
}

func edgeWord(e *ops.EdgeState) string {
	switch {
	case e == nil:
		return "not managed"
	case e.Closed == nil:
		return "open"
	}
	return "closed"
}

// closedLines tell of the edge that a run keeps closed, and of a window that will
// not be enough; none while the run has closed nothing.
func closedLines(v View) []string {
	run := v.Run
	var lines []string
	if !run.Overrun.IsZero() && run.Opening != nil {
		lines = append(lines, fmt.Sprintf("🔴 *Overrun*: the window closes at %s, and the run is now expected to be through at *%s*",
			clock(run.Opening.Closes, run.Opening.Zone), clock(run.Overrun, run.Opening.Zone)))
	}
	if since, closed := run.EdgeClosed(); closed {
		expected := "expected back " + moment(back(v))
		if run.State == ops.Held {
			expected = "*until a person decides*"
		}
		lines = append(lines, join(fmt.Sprintf("🚧 *Edge closed* since %s, for %s", moment(since), duration(v.Now.Sub(since))), expected))
	}
	return lines
}

// back is when the edge is expected to be open again, to the minute.
func back(v View) time.Time {
	at := v.Now.Add(v.Remaining)
	for i := len(v.Run.Steps) - 1; i >= 0 && v.Run.Steps[i].Kind != ops.OpenEdge; i-- {
		at = at.Add(-v.Run.Steps[i].Estimate)
	}
	if at.Before(v.Now) {
		at = v.Now
	}
	return at.Add(time.Minute - 1).Truncate(time.Minute)
}

// stillClosed says loudly that a run ended and left the edge closed; empty when it
// did not.
func stillClosed(run ops.Run) string {
	if since, closed := run.EdgeClosed(); closed {
		return fmt.Sprintf("🚨 *The edge was left closed* (since %s): a person must look now", moment(since))
	}
	return ""
}
