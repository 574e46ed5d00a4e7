package cards

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// shownChoices is how many ways back a card has; the command line has all.
const shownChoices = 5

// AdviceView is all that the card of an advice shows.
type AdviceView struct {
	Advice ops.Advice
	// Reason is why somebody wants to go back, where they said so.
	Reason string
	// Changed says why an advice is shown once more; empty at first.
	Changed string
	// Held is set while the run that would be taken back is held.
	Held bool
	// Zone is that of the clocks that the buttons name.
	Zone string
	// Command is the slash command, such as /keeptrusts.
	Command string
}

// Advice tells what going back means now: each way with its cost, and a button for
// each that can be gone.
func Advice(v AdviceView) Card {
	a := v.Advice
	title := fmt.Sprintf("Roll back %s %s → %s", a.Environment, a.From, a.To)
	blocks := []slack.Block{header(title)}
	if v.Changed != "" {
		blocks = append(blocks, section("⚠️ *Nothing was done*: "+inline(v.Changed, maxLine)))
	}
	blocks = append(blocks, section(fmt.Sprintf("This takes back run %s. Counted %s, and again at the click.", code(a.Run, maxWord), moment(a.At))))
	shown := a.Choices[:min(len(a.Choices), shownChoices)]
	for _, c := range shown {
		blocks = append(blocks, section(choiceLines(c)...))
	}
	if rest := len(a.Choices) - len(shown); rest > 0 {
		blocks = append(blocks, section(fmt.Sprintf("… and %s more: %s", count(rest, "way"), code("ktops rollback "+a.Run, maxLine))))
	}
	if a.ZeroLoss != nil {
		blocks = append(blocks, section(checkLines([]ops.Finding{*a.ZeroLoss})...))
	}
	return Card{
		Text:   fmt.Sprintf("%s: %s", inline(title, maxHeader), possibleText(a.Choices)),
		Blocks: append(blocks, actions(choiceButtons(v, shown)...), footnote(adviceNote(v))),
	}
}

func adviceNote(v AdviceView) string {
	note := "Nothing was done yet. A click asks for approval; who approves sees the same numbers."
	if v.Held {
		return "*It is held: abort it first*, then click: " + code(v.Command+" abort "+v.Advice.Run, maxLine) + ". " + note
	}
	return note
}

func possibleText(choices []ops.Choice) string {
	n := 0
	for _, c := range choices {
		if c.Possible {
			n++
		}
	}
	return count(n, "possible way") + " back"
}

// choiceLines are one way back, what it costs and why it can or cannot be gone.
func choiceLines(c ops.Choice) []string {
	if !c.Possible {
		return append([]string{fmt.Sprintf("🚫 *%s* – not possible: %s", capital(wayText(c)), inline(c.Why, maxLine))}, failedLines(c.Checks)...)
	}
	lines := []string{fmt.Sprintf("%s *%s* – %s", choiceIcon(c), capital(wayText(c)), inline(c.Why, maxLine))}
	lines = append(lines, lossLines(c.Lost)...)
	lines = append(lines, "Takes *"+about(c.Takes)+"*, "+closedText(c.Closed), approversText(c.Approvals))
	if len(c.Afterwards) > 0 {
		lines = append(lines, "Checked afterwards: "+inline(listed(c.Afterwards, 8), maxLine))
	}
	return append(lines, failedLines(c.Checks)...)
}

func choiceIcon(c ops.Choice) string {
	if c.Lost == nil {
		return icon(ops.Pass)
	}
	return icon(ops.Warn)
}

// wayText names a way back: what is put back, and as of when.
func wayText(c ops.Choice) string {
	switch c.Way {
	case ops.BackByImages:
		return "images only"
	case ops.BackBySnapshot:
		return "images and database as of " + moment(c.ReturnsTo) + ", from the snapshot"
	case ops.BackByBackup:
		return "images and database as of " + moment(c.ReturnsTo) + ", from backup " + code(c.Backup, maxWord)
	}
	return inline(string(c.Way), maxWord)
}

func closedText(d time.Duration) string {
	if d <= 0 {
		return "and everything serves meanwhile"
	}
	return "closed for *" + about(d) + "* of it"
}

func approversText(n int) string {
	switch n {
	case 0:
		return "Nobody has to approve it"
	case 1:
		return "*1 person* must approve it"
	}
	return fmt.Sprintf("*%d people* must approve it", n)
}

// failedLines are the worst of the checks that did not pass.
func failedLines(checks []ops.Finding) []string {
	var bad []ops.Finding
	for _, f := range checks {
		if f.Level != ops.Pass {
			bad = append(bad, f)
		}
	}
	lines := checkLines(bad)
	return lines[:min(len(lines), 3)]
}
