package cards

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// proposedReturn is the card that asks for a way back to be approved: it has the cost
// as it is now, not as it was when somebody asked.
func proposedReturn(v View) Card {
	run := v.Run
	pairs := [][2]string{
		{"From → to", fmt.Sprintf("%s → %s", run.Plan.From, run.Plan.Target)},
		{"Takes back", "run " + code(run.Request.Rollback.Run, maxWord)},
		{"Estimate", fmt.Sprintf("%s, %s", about(run.Plan.Estimate()), count(len(run.Plan.Steps), "step"))},
	}
	if _, inside := aroundClosing(run.Plan.Steps); len(inside) > 0 {
		pairs = append(pairs, [2]string{"Closed for", about(closedEstimate(run.Plan))})
	}
	if reason := run.Request.Reason; reason != "" {
		pairs = append(pairs, [2]string{"Why", inline(reason, maxLine)})
	}
	blocks := []slack.Block{header(title(run)), fields(append(pairs, [2]string{"Approval", approvalText(v)})...), section(costLines(v)...)}
	if checks := otherChecks(v); len(checks) > 0 {
		blocks = append(blocks, section(checkLines(typed(checks, v.Command))...))
	}
	return Card{
		Text:   fmt.Sprintf("%s: %s asks for approval (%s)", safeTitle(run), inline(run.Request.By.String(), maxWord), run.ID),
		Blocks: append(blocks, actions(approveReturnButton(v), rejectButton(run), detailsButton(run)), footer(v)),
	}
}

// otherChecks are those of the plan, without what the card tells by newer numbers.
func otherChecks(v View) []ops.Finding {
	return slices.DeleteFunc(slices.Clone(v.Run.Plan.Checks), func(f ops.Finding) bool { return v.Cost != nil && f.Check == "data" })
}

// costLines tell what the way back costs now; where that could not be counted, the
// checks of the plan tell what it was when somebody asked.
func costLines(v View) []string {
	if v.Cost == nil {
		return []string{fmt.Sprintf("*%s*", capital(asked(v.Run)))}
	}
	return append([]string{fmt.Sprintf("%s *%s*", choiceIcon(*v.Cost), capital(wayText(*v.Cost)))}, lossLines(v.Cost.Lost)...)
}

// asked names the way back that a run asks for.
func asked(run ops.Run) string {
	switch r := run.Request.Rollback; r.Way {
	case ops.BackByImages:
		return "images only"
	case ops.BackByBackup:
		return "images and database, from backup " + code(r.Backup, maxWord)
	}
	return "images and database, from the snapshot"
}

func approveReturnButton(v View) slack.BlockElement {
	run := v.Run
	text := fmt.Sprintf("*%s* goes back from %s to *%s*: %s.", inline(run.Plan.Environment, 40), run.Plan.From, run.Plan.Target, asked(run))
	style := slack.StylePrimary
	switch {
	case !run.Request.Rollback.Loses():
		text += " Nothing is lost."
	case v.Cost == nil:
		text, style = text+" *What was written since then is lost.*", slack.StyleDanger
	default:
		text, style = text+" It loses *"+lossText(v.Cost.Lost)+"*.", slack.StyleDanger
	}
	text += " It takes " + about(run.Plan.Estimate()) + " and begins as soon as enough people approved."
	return button(ActionApprove, "Approve", style, run, confirm("Approve this rollback?", text, "Approve", "Not now", style))
}

// rollbackButton opens the advice about the way back from a run.
func rollbackButton(run ops.Run) slack.BlockElement {
	return button(ActionRollback, "Roll back…", "", run, nil)
}

// offersReturn reports whether the card of a run has that button: there is something
// to take back of an upgrade that began, and somebody may want to.
func offersReturn(run ops.Run) bool {
	if noun(run) != "upgrade" || run.StartedAt.IsZero() {
		return false
	}
	return run.State == ops.Held || run.State == ops.Failed || run.State == ops.Aborted
}

// returnedLines tell where a rollback came out, and where what it took out of use is.
func returnedLines(run ops.Run) []string {
	lines := []string{fmt.Sprintf("↩️ *Back on %s*", run.Plan.Target)}
	if !run.Request.Rollback.Loses() {
		return append(lines, "Nothing was lost: the database is as it was")
	}
	return append(lines, keptLines(run)...)
}

// keptLines tell what a swap took out of use.
func keptLines(run ops.Run) []string {
	var lines []string
	for _, s := range run.Steps {
		if s.Result.Kept == "" && s.Result.Lost == nil {
			continue
		}
		was := "The database that was live is not in use any more"
		if lost := s.Result.Lost; lost != nil {
			was = fmt.Sprintf("*%s*, written since %s, are not in use any more", capital(lossText(lost)), moment(lost.Since))
		}
		if s.Result.Kept != "" {
			was += " and are kept as " + code(s.Result.Kept, maxWord)
		}
		lines = append(lines, was)
		if s.Result.Lost != nil {
			lines = append(lines, tableLines(s.Result.Lost.Tables)...)
		}
		if s.Result.Note != "" {
			lines = append(lines, inline(s.Result.Note, maxLine))
		}
	}
	return lines
}
