package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// ActionReopen is the button that ends a maintenance.
const ActionReopen = "run.reopen"

// maintenance is the card of a run that closes the edge for a while and changes
// nothing; the states in which it is like any other are left to the others.
func maintenance(v View) (Card, bool) {
	run := v.Run
	switch {
	case run.State == ops.Proposed:
		return askedMaintenance(v), true
	case run.State == ops.Approved || (run.State == ops.Running && !run.Undoing):
		return liveMaintenance(v), true
	case run.State == ops.Held || run.State == ops.Running || run.StartedAt.IsZero():
		return Card{}, false
	}
	return endedMaintenance(v), true
}

func askedMaintenance(v View) Card {
	run := v.Run
	blocks := []slack.Block{
		header(title(run)),
		fields([2]string{"Why", reasonOf(run)}, [2]string{"Closed for", duration(run.Request.Maintenance.For) + ", then opened by itself"},
			[2]string{"Approval", approvalText(v)}),
	}
	if len(run.Plan.Checks) > 0 {
		blocks = append(blocks, section(checkLines(run.Plan.Checks)...))
	}
	return Card{
		Text:   fmt.Sprintf("%s: %s asks for approval (%s)", safeTitle(run), inline(run.Request.By.String(), maxWord), run.ID),
		Blocks: append(blocks, actions(closeButton(run), rejectButton(run)), footer(v)),
	}
}

func reasonOf(run ops.Run) string { return orDash(inline(run.Request.Reason, maxLine)) }

func closeButton(run ops.Run) slack.BlockElement {
	text := fmt.Sprintf("Everybody who calls *%s* gets a page that says so for *%s*, as soon as enough people approved. Nothing else is changed.",
		inline(run.Plan.Environment, 60), duration(run.Request.Maintenance.For))
	return button(ActionApprove, "Approve", slack.StylePrimary, run, confirm("Close the edge?", text, "Approve", "Not now", slack.StyleDanger))
}

// liveMaintenance tells times and not lengths of time, so that it is edited when
// something happens and not every few seconds for a day.
func liveMaintenance(v View) Card {
	run := v.Run
	since, closed := run.EdgeClosed()
	lines := []string{"🟢 *Approved*, about to close the edge"}
	switch {
	case run.Asked != "":
		lines = []string{fmt.Sprintf("🚪 *Being opened*, asked by %s%s", person(run.AskedBy), because(run.AskedWhy))}
	case closed:
		lines = []string{fmt.Sprintf("🚧 *Closed* since %s, until *%s*", moment(since), moment(run.ReopensAt())), reasonOf(run)}
	case run.State == ops.Running:
		lines = []string{"⏳ *Closing the edge*"}
	}
	blocks := []slack.Block{header(title(run)), section(lines...)}
	if closed && run.Asked == "" {
		blocks = append(blocks, actions(reopenButton(run)))
	}
	return Card{Text: safeTitle(run) + ": " + capital(maintenanceWord(run, closed)), Blocks: append(blocks, footer(v))}
}

func maintenanceWord(run ops.Run, closed bool) string {
	switch {
	case run.Asked != "":
		return "being opened"
	case closed:
		return "closed until " + run.ReopensAt().UTC().Format("15:04 UTC")
	}
	return "about to close"
}

func reopenButton(run ops.Run) slack.BlockElement {
	return button(ActionReopen, "Open now", slack.StylePrimary, run, confirm("Open the edge now?", reopenText(run), "Open now", "Stay closed", slack.StylePrimary))
}

func reopenText(run ops.Run) string {
	text := fmt.Sprintf("The maintenance of *%s* ends and everybody who calls it gets through again.", inline(run.Plan.Environment, 60))
	if at := run.ReopensAt(); !at.IsZero() {
		text += " By itself it would end at " + at.UTC().Format("15:04 UTC") + "."
	}
	return text
}

func endedMaintenance(v View) Card {
	run := v.Run
	took := duration(run.ClosedFor(v.Now))
	lines, ended := []string{"✅ *Open again* after " + took}, "is over"
	if run.State != ops.Succeeded {
		lines, ended = outcome(run), stateName(run.State)
	}
	return Card{
		Text:   fmt.Sprintf("%s %s, closed for %s", safeTitle(run), ended, took),
		Blocks: []slack.Block{header(title(run)), section(lines...), footer(v)},
	}
}
