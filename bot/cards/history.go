package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// History lists runs, newest first.
func History(environment string, runs []ops.Run, command string) Card {
	title := "History of " + environment
	if len(runs) == 0 {
		return Plain("Nothing has run in " + inline(environment, maxWord) + " yet.")
	}
	lines := make([]string, 0, len(runs))
	for _, run := range runs {
		lines = append(lines, historyLine(run))
	}
	return Card{
		Text: inline(title, maxLine) + ": " + count(len(runs), "run"),
		Blocks: []slack.Block{header(title), section(lines...),
			footnote("All that happened in one: " + code(command+" history "+runs[0].ID, maxLine))},
	}
}

func historyLine(run ops.Run) string {
	took := ""
	if !run.StartedAt.IsZero() && !run.EndedAt.IsZero() {
		took = "in " + tookText(run)
	}
	failed := ""
	if run.Probe.Requests > 0 {
		failed = fmt.Sprintf("%d of %s failed", run.Probe.Failed, count(run.Probe.Requests, "request"))
	}
	return join(fmt.Sprintf("%s %s *%s* %s", outcomeIcon(run.State), code(run.ID, maxWord), subject(run), stateName(run.State)),
		took, failed, moment(run.ProposedAt), "by "+person(run.Request.By))
}

func outcomeIcon(s ops.State) string {
	switch s {
	case ops.Succeeded:
		return "✅"
	case ops.RolledBack:
		return "↩️"
	case ops.Failed:
		return "❌"
	case ops.Proposed, ops.Approved, ops.Running:
		return "⏳"
	case ops.Held:
		return "✋"
	case ops.Scheduled:
		return "🗓️"
	case ops.Missed:
		return "⌛"
	}
	return "▫️"
}

// Trail is all that happened in one run, newest last; the oldest are left out
// when there is too much.
func Trail(run ops.Run, events []ops.Event) Card {
	lines := make([]string, 0, len(events))
	for _, e := range events {
		lines = append(lines, join(moment(e.At), eventText(e), person(e.Actor)))
	}
	const most = 25 // about what one section holds; the start of a long run is in its thread
	if len(lines) > most {
		lines = append([]string{fmt.Sprintf("… %s before", count(len(lines)-most, "event"))}, lines[len(lines)-most:]...)
	}
	half := len(lines) / 2
	blocks := []slack.Block{header(title(run)), section(fmt.Sprintf("%s %s *%s*", outcomeIcon(run.State), code(run.ID, maxWord), stateName(run.State)))}
	for _, part := range [][]string{lines[:half], lines[half:]} {
		if len(part) > 0 {
			blocks = append(blocks, section(part...))
		}
	}
	return Card{Text: fmt.Sprintf("%s: %s", safeTitle(run), count(len(events), "event")), Blocks: append(blocks, footnote("Digest "+code(run.Plan.Digest, maxLine)))}
}

func eventText(e ops.Event) string {
	text := "*" + inline(string(e.Kind), maxWord) + "*"
	if e.Step != "" {
		text += " " + inline(e.Step, maxWord)
	}
	if e.Reason != "" {
		text += ": " + inline(e.Reason, 160)
	}
	return text
}
