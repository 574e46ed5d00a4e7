package cards

import (
	"cmp"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// report is the final card: what the run proves.
func report(v View) Card {
	run := v.Run
	facts := append([][2]string{{"Took", tookText(run)}}, closureFields(run, v.Now)...)
	facts = append(facts, [2]string{"Users saw", probeField(run.Probe)}, [2]string{"Backup", backupField(run.Backup())})
	blocks := []slack.Block{header(title(run)), section(outcome(run)...), fields(facts...)}
	if r := run.Rehearsal(); r != nil {
		blocks = append(blocks, section(migratedLines(*r)...))
	}
	if rep := run.Report(); rep != nil && len(rep.Checks) > 0 {
		blocks = append(blocks, section(checkLines(rep.Checks)...))
	}
	if run.State != ops.Succeeded {
		blocks = append(blocks, section(near(run, stepLines(run), shownSteps)...))
	}
	blocks = append(blocks, actions(append(nextButtons(run), detailsButton(run))...), footer(v))
	return Card{
		Text:   fmt.Sprintf("%s %s after %s", safeTitle(run), stateName(run.State), tookText(run)),
		Blocks: blocks,
	}
}

// nextButtons offer what usually follows on a run that is over.
func nextButtons(run ops.Run) []slack.BlockElement {
	switch {
	case offersReturn(run):
		return []slack.BlockElement{rollbackButton(run)}
	case run.Rehearsal() != nil:
		return []slack.BlockElement{planButton(run)}
	}
	return nil
}

func outcome(run ops.Run) []string {
	reason := inline(run.Reason, maxStory)
	switch run.State {
	case ops.Succeeded:
		if run.Request.Rollback != nil {
			return returnedLines(run)
		}
		if r := run.Rehearsal(); r != nil {
			return verdictLines(*r)
		}
		return []string{"✅ *Succeeded*"}
	case ops.RolledBack:
		return append([]string{"↩️ *Rolled back" + reopened(run) + "*: everything is as it was before", reason}, loudly(run)...)
	case ops.Aborted:
		return append([]string{"⏹️ *Aborted" + reopened(run) + "*", reason}, loudly(run)...)
	}
	return append([]string{"❌ *Failed* and could not be put back", reason}, loudly(run)...)
}

// loudly is the line about an edge that was left closed, where it was.
func loudly(run ops.Run) []string {
	if line := stillClosed(run); line != "" {
		return []string{line}
	}
	return nil
}

// reopened tells that a run that had closed the edge opened it again.
func reopened(run ops.Run) string {
	if _, closed := run.EdgeClosed(); closed || run.ClosedFor(run.EndedAt) == 0 {
		return ""
	}
	return " and reopened"
}

// closureFields are what a planned downtime cost and kept; none for a run that
// closed nothing.
func closureFields(run ops.Run, now time.Time) [][2]string {
	took := run.ClosedFor(now)
	if took == 0 {
		return nil
	}
	found := [][2]string{{"Closed for", fmt.Sprintf("*%s*, %s expected", duration(took), about(closedEstimate(run.Plan)))}}
	for _, s := range run.Steps {
		switch {
		case s.Kind == ops.Drain && s.State == ops.StepDone:
			found = append(found, [2]string{"Answers cut by the drain", cutText(s.Result.StreamsCut)})
		case s.Kind == ops.Snapshot && s.Result.Snapshot != "":
			found = append(found, [2]string{"Snapshot", code(s.Result.Snapshot, maxWord) + " in " + duration(s.Took())})
		}
	}
	return found
}

func cutText(n int) string {
	switch {
	case n < 0:
		return "*some*, not counted"
	case n == 0:
		return "none"
	}
	return fmt.Sprintf("*%d*", n)
}

func tookText(run ops.Run) string {
	if run.StartedAt.IsZero() || run.EndedAt.IsZero() {
		return "no time"
	}
	return duration(run.EndedAt.Sub(run.StartedAt))
}

func probeField(p ops.ProbeResult) string {
	if p.Requests+p.Streams == 0 {
		return "not measured: no probe is configured"
	}
	text := fmt.Sprintf("%s, *%d failed*, longest gap %s\n%s, *%d cut*", count(p.Requests, "request"), p.Failed,
		duration(p.LongestGap), count(p.Streams, "stream"), p.StreamsCut)
	if p.Closed > 0 {
		text += fmt.Sprintf("\n%s answered by the page", count(p.Closed, "request"))
	}
	if len(p.Samples) > 0 {
		s := p.Samples[0]
		text += fmt.Sprintf("\nfirst failure: %s, %s", inline(s.Route, maxWord), inline(s.Error, maxLine))
	}
	return text
}

func backupField(b *ops.Backup) string {
	if b == nil {
		return "none taken"
	}
	text := fmt.Sprintf("%s in %s", size(b.Bytes), duration(b.Took))
	if b.VerifiedAt.IsZero() {
		return text + ", *not read back*"
	}
	return text + fmt.Sprintf(", read back in %s", duration(b.VerifyTook))
}

// closed is the card of a proposal that never ran, and what to type instead.
func closed(v View) Card {
	run := v.Run
	var line string
	switch run.State {
	case ops.Void:
		line = "🌀 *Void*: what was shown is no longer true"
	case ops.Expired:
		line = "⌛ *Expired*"
	case ops.Rejected:
		line = "🚫 *Rejected*"
	case ops.Missed:
		line = "⌛ *Missed*: window *" + missedWindow(run) + "* passed unused"
	default:
		line = "⏹️ *Withdrawn*"
	}
	return Card{
		Text: fmt.Sprintf("%s is %s: %s", safeTitle(run), stateName(run.State), inline(run.Reason, maxLine)),
		Blocks: []slack.Block{
			header(title(run)), section(line, inline(run.Reason, maxStory)), footnote(instead(v)), footer(v),
		},
	}
}

func missedWindow(run ops.Run) string {
	if run.Opening == nil {
		return "–"
	}
	return inline(run.Opening.Window, maxWord)
}

// instead tells where it goes on, or what to type for that.
func instead(v View) string {
	run := v.Run
	switch next := v.Successor; {
	case next.Link != "":
		return fmt.Sprintf("It is asked for again: <%s|%s>", next.Link, cmp.Or(inline(next.Run, maxWord), "the new plan"))
	case next.Run != "":
		return "It is asked for again, as run " + code(next.Run, maxWord)
	}
	text := again(run.Plan, v.Command)
	switch {
	case run.Request.Rollback != nil:
		text = fmt.Sprintf("%s rollback %s --env %s", v.Command, run.Request.Rollback.Run, run.Plan.Environment)
	case run.Request.Rehearse:
		text = fmt.Sprintf("%s rehearse %s --env %s", v.Command, run.Plan.Target, run.Plan.Environment)
	case run.Request.Maintenance != nil:
		text = fmt.Sprintf("%s maintenance on %dm --env %s", v.Command, int(run.Request.Maintenance.For.Minutes()), run.Plan.Environment)
	case run.Opening != nil && run.Plan.Strategy != ops.Window:
		text += " --window " + ops.NextWindow
	}
	return "To plan it anew: " + code(text, maxLine)
}
