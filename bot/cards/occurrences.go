package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Occurrences lists what became of past openings, newest first.
func Occurrences(environment string, occurrences []ops.Occurrence) Card {
	if len(occurrences) == 0 {
		return Plain("No window of " + inline(environment, maxWord) + " has opened yet.")
	}
	lines := make([]string, 0, len(occurrences))
	for _, o := range occurrences {
		lines = append(lines, pastText(o))
	}
	return Card{
		Text:   fmt.Sprintf("Windows of %s so far: %d", inline(environment, maxWord), len(occurrences)),
		Blocks: []slack.Block{header("Windows of " + environment + " so far"), section(lines...)},
	}
}

func pastText(o ops.Occurrence) string {
	took, by, run := "", "", ""
	if !o.Began.IsZero() && !o.Ended.IsZero() {
		took = "worked " + duration(o.Ended.Sub(o.Began))
	}
	if o.By.ID != "" {
		by = "by " + person(o.By)
	}
	if o.Run != "" {
		run = "run " + code(o.Run, maxWord)
	}
	text := join(fmt.Sprintf("%s *%s* %s", occurrenceIcon(o.State), inline(o.Window, maxWord), openingText(o.Opening)), occurrenceName(o.State), took, run, by)
	if o.Reason != "" {
		text += "\n        " + inline(o.Reason, maxLine)
	}
	for _, c := range o.Chores[:min(len(o.Chores), 8)] {
		text += fmt.Sprintf("\n        %s %s in %s – %s", icon(c.Level), inline(string(c.Chore), 40), duration(c.Took), inline(c.Fact, 160))
	}
	return text
}

func occurrenceName(s ops.OccurrenceState) string {
	switch s {
	case ops.Used:
		return "all went well"
	case ops.Unused:
		return "passed unused"
	case ops.BrokeDown:
		return "something failed"
	case ops.PassedUnmet:
		return "missed"
	case ops.OpenNow:
		return "open now"
	}
	return inline(string(s), 40)
}

func occurrenceIcon(s ops.OccurrenceState) string {
	switch s {
	case ops.Used:
		return "✅"
	case ops.BrokeDown:
		return "❌"
	case ops.PassedUnmet:
		return "⌛"
	case ops.Skipped:
		return "⏭️"
	case ops.OpenNow:
		return "⏳"
	}
	return "▫️"
}
