package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Told is what the thread of a run says of one event.
type Told struct {
	Card
	// Loud shows it in the channel too, for an edited card alerts nobody.
	Loud bool
}

// Tell is what the thread says of an event; false where the card says enough.
func Tell(e ops.Event, run ops.Run) (Told, bool) {
	switch e.Kind {
	case ops.RunProposed:
		return Told{Card: details(run)}, true
	case ops.RunApproval, ops.RunApproved:
		return approvalTold(e), true
	case ops.StepEnded:
		return Told{Card: stepTold(e, run)}, true
	case ops.StepBroke:
		line := fmt.Sprintf("❌ *%s* failed", inline(e.Step, maxWord))
		return Told{Card: Card{Text: line, Blocks: []slack.Block{section(line), section(fence(e.Reason, maxStory))}}}, true
	case ops.StepReverted:
		return line("↩️ *%s* was put back%s", inline(e.Step, maxWord), because(e.Reason)), true
	}
	return controlTold(e, run)
}

func line(format string, args ...any) Told { return Told{Card: Plain(fmt.Sprintf(format, args...))} }

func loud(format string, args ...any) Told {
	told := line(format, args...)
	told.Loud = true
	return told
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + inline(reason, maxStory)
}

func approvalTold(e ops.Event) Told {
	switch a := e.Approval; {
	case a == nil:
		return line("🟢 approved%s", because(e.Reason))
	case a.BreakGlass:
		return loud("🚨 %s *broke the glass* and approved their own request%s", person(a.By), because(a.Reason))
	default:
		return line("👍 %s approved%s", person(a.By), because(a.Reason))
	}
}

func stepTold(e ops.Event, run ops.Run) Card {
	took := ""
	for _, s := range run.Steps {
		if s.Name == e.Step && s.Took() > 0 {
			took = " in " + duration(s.Took())
		}
	}
	text := fmt.Sprintf("✅ *%s*%s%s", inline(e.Step, maxWord), took, because(e.Reason))
	blocks := []slack.Block{section(text)}
	if e.Result != nil && e.Result.Report != nil && len(e.Result.Report.Checks) > 0 {
		blocks = append(blocks, section(checkLines(e.Result.Report.Checks)...))
	}
	if e.Result != nil && e.Result.Backup != nil {
		blocks = append(blocks, section(code(e.Result.Backup.File, maxLine)+" "+backupField(e.Result.Backup)))
	}
	return Card{Text: text, Blocks: blocks}
}

func controlTold(e ops.Event, run ops.Run) (Told, bool) {
	asker := person(run.Request.By)
	if told, ok := windowTold(e, run); ok {
		return told, true
	}
	switch e.Kind {
	case ops.RunStarted:
		return line("▶️ a runner took the run up"), true
	case ops.HoldAsked:
		return line("✋ %s asked to hold after this step%s", person(e.Actor), because(e.Reason)), true
	case ops.AbortAsked:
		return line("⏹️ %s asked to abort%s", person(e.Actor), because(e.Reason)), true
	case ops.RunHeld:
		return loud("✋ %s *is held and waits for a person*%s", safeTitle(run), because(e.Reason)), true
	case ops.RunResumed:
		return line("▶️ %s resumed the run", person(e.Actor)), true
	case ops.RunUndoing:
		return line("↩️ putting things back%s", because(e.Reason)), true
	case ops.LeaseBroken:
		return line("🔓 %s broke the lock%s", person(e.Actor), because(e.Reason)), true
	case ops.RunRejected:
		return line("🚫 %s, %s rejected it%s", asker, person(e.Actor), because(e.Reason)), true
	case ops.RunExpired:
		return line("⌛ %s, nobody approved it in time", asker), true
	case ops.RunVoid:
		return line("🌀 %s, the plan is void%s", asker, because(e.Reason)), true
	case ops.RunSucceeded:
		return line("✅ %s, it is done: %s", asker, doneText(run)), true
	case ops.RunRolledBack:
		return loud("↩️ %s *was rolled back%s*%s", safeTitle(run), reopened(run), because(run.Reason)), true
	case ops.RunFailed:
		return loud("❌ %s *failed*%s", safeTitle(run), because(run.Reason)), true
	case ops.RunAborted:
		return line("⏹️ %s, it was aborted%s", asker, because(run.Reason)), true
	}
	return Told{}, false
}

// details is the whole plan, for those who want to know before they approve.
func details(run ops.Run) Card {
	return Card{
		Text: "The steps of " + safeTitle(run),
		Blocks: []slack.Block{
			section(planStepLines(run.Plan)...),
			footnote("Digest " + code(run.Plan.Digest, maxDigest)),
		},
	}
}
