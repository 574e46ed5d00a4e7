package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// shownSteps is how many steps a card lists; the thread tells of all.
const shownSteps = 16

// live is the card of a run that is going on.
func live(v View) Card {
	run := v.Run
	done := fraction(run, v.Progress)
	blocks := []slack.Block{
		header(title(run)),
		section(append(closedLines(v), nowText(v), bar(done), timesText(v))...),
		section(near(run, stepLines(run), shownSteps)...),
	}
	if line := probeLine(run.Probe); line != "" {
		blocks = append(blocks, section(line))
	}
	if run.Asked == "" && !run.Undoing {
		blocks = append(blocks, actions(holdButton(run), abortButton(run), detailsButton(run)))
	}
	return Card{
		Text:   fmt.Sprintf("%s: %s, %d %%", safeTitle(run), liveWord(run), int(done*100)),
		Blocks: append(blocks, footer(v)),
	}
}

func liveWord(run ops.Run) string {
	switch {
	case run.Undoing:
		return "putting back"
	case run.Asked == ops.AbortAsked:
		return "aborting"
	case run.Asked == ops.HoldAsked:
		return "holding after this step"
	case run.State == ops.Approved:
		return "approved, about to start"
	}
	return "running"
}

func nowText(v View) string {
	run := v.Run
	switch step := run.Current(); {
	case run.Undoing:
		return "↩️ *Putting things back*: " + inline(run.Reason, maxStory)
	case run.Asked != "":
		return fmt.Sprintf("✋ *%s*, asked by %s", capital(liveWord(run)), person(run.AskedBy))
	case run.State == ops.Approved:
		return "🟢 *Approved*, about to start"
	case step == nil:
		return "⏳ *Finishing*"
	default:
		at, of := position(run)
		return fmt.Sprintf("⏳ *Step %d of %d: %s*%s", at, of, inline(step.Name, maxWord), progressNote(v.Progress))
	}
}

func progressNote(p ops.Progress) string {
	note := inline(p.Note, maxLine)
	if p.Fraction > 0 {
		note = join(fmt.Sprintf("%d %%", int(min(p.Fraction, 1)*100)), note)
	}
	if note == "" {
		return ""
	}
	return " – " + note
}

func timesText(v View) string {
	if v.Run.StartedAt.IsZero() {
		return join(about(v.Remaining) + " in all")
	}
	return join(duration(v.Now.Sub(v.Run.StartedAt))+" so far", about(v.Remaining)+" left")
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// held is the card of a run that waits for a person, with the facts to decide on.
func held(v View) Card {
	run := v.Run
	blocks := []slack.Block{
		header(title(run)),
		section(append([]string{"✋ *Held: a person decides*", inline(run.Reason, maxStory)}, closedLines(v)...)...),
		section(near(run, stepLines(run), shownSteps)...),
	}
	blocks = append(blocks, regressionBlocks(run)...)
	if line := probeLine(run.Probe); line != "" {
		blocks = append(blocks, section(line))
	}
	if run.Asked == "" {
		decide := []slack.BlockElement{resumeButton(run), abortButton(run)}
		if offersReturn(run) {
			decide = append(decide, rollbackButton(run))
		}
		blocks = append(blocks, actions(append(decide, detailsButton(run))...))
	}
	blocks = append(blocks, footnote(heldNote(run)))
	return Card{
		Text:   fmt.Sprintf("%s is held: %s", safeTitle(run), inline(run.Reason, maxLine)),
		Blocks: append(blocks, footer(v)),
	}
}

func heldNote(run ops.Run) string {
	if _, closed := run.EdgeClosed(); closed {
		return "Resume takes the step up again; Abort puts back what can be put back. *The edge stays closed until one of them is chosen.*"
	}
	return "Resume takes the step up again; Abort stops here. What serves now goes on serving either way."
}

// probeLine is what users of the edge saw.
func probeLine(p ops.ProbeResult) string {
	if p.Requests+p.Streams == 0 {
		return ""
	}
	mark := icon(ops.Pass)
	if p.Failed+p.StreamsCut > 0 {
		mark = icon(ops.Fail)
	}
	return fmt.Sprintf("%s *Users saw* %s, %d failed, longest gap %s; %s, %d cut", mark,
		count(p.Requests, "request"), p.Failed, duration(p.LongestGap), count(p.Streams, "stream"), p.StreamsCut)
}
