package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// report is the final card: what the run proves.
func report(v View) Card {
	run := v.Run
	blocks := []slack.Block{
		header(title(run)),
		section(outcome(run)...),
		fields(
			[2]string{"Took", tookText(run)},
			[2]string{"Users saw", probeField(run.Probe)},
			[2]string{"Backup", backupField(run.Backup())},
		),
	}
	if rep := run.Report(); rep != nil && len(rep.Checks) > 0 {
		blocks = append(blocks, section(checkLines(rep.Checks)...))
	}
	if run.State != ops.Succeeded {
		blocks = append(blocks, section(near(run, stepLines(run), shownSteps)...))
	}
	blocks = append(blocks, actions(detailsButton(run)), footer(v))
	return Card{
		Text:   fmt.Sprintf("%s %s after %s", safeTitle(run), stateName(run.State), tookText(run)),
		Blocks: blocks,
	}
}

func outcome(run ops.Run) []string {
	reason := inline(run.Reason, maxStory)
	switch run.State {
	case ops.Succeeded:
		return []string{"✅ *Succeeded*"}
	case ops.RolledBack:
		return []string{"↩️ *Rolled back*: everything is as it was before", reason}
	case ops.Aborted:
		return []string{"⏹️ *Aborted*", reason}
	}
	return []string{"❌ *Failed* and could not be put back", reason}
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
	again := "To plan it anew: " + code(fmt.Sprintf("%s upgrade %s --env %s", v.Command, run.Plan.Target, run.Plan.Environment), maxLine)
	var line string
	switch run.State {
	case ops.Void:
		line = "🌀 *Void*: what was shown is no longer true"
	case ops.Expired:
		line = "⌛ *Expired*"
	case ops.Rejected:
		line = "🚫 *Rejected*"
	default:
		line = "⏹️ *Withdrawn*"
	}
	return Card{
		Text: fmt.Sprintf("%s is %s: %s", safeTitle(run), stateName(run.State), inline(run.Reason, maxLine)),
		Blocks: []slack.Block{
			header(title(run)), section(line, inline(run.Reason, maxStory)), footnote(again), footer(v),
		},
	}
}
