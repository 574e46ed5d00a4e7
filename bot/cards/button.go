package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Actions of the buttons; the value of each is the run's ID.
const (
	ActionApprove  = "run.approve"
	ActionSchedule = "run.schedule"
	ActionReject   = "run.reject"
	ActionDetails  = "run.details"
	ActionHold     = "run.hold"
	ActionAbort    = "run.abort"
	ActionResume   = "run.resume"
)

func button(action, label string, style slack.Style, run ops.Run, confirm *slack.ConfirmationBlockObject) slack.BlockElement {
	b := slack.NewButtonBlockElement(action, run.ID, plainText(label, 75))
	if style != "" {
		b = b.WithStyle(style)
	}
	if confirm != nil {
		b = b.WithConfirm(confirm)
	}
	return b
}

func confirm(title, text, yes, no string, style slack.Style) *slack.ConfirmationBlockObject {
	return slack.NewConfirmationBlockObject(plainText(title, 100), mrkdwn(clipMarked(text, maxConfirmText)),
		plainText(yes, 30), plainText(no, 30)).WithStyle(style)
}

func approveButton(run ops.Run) slack.BlockElement {
	p := run.Plan
	migrations := "no migration"
	if n := len(p.Facts.Pending); n > 0 {
		migrations = count(n, "migration") + ", which only go forward"
	}
	begins := "as soon as enough people approved"
	if o := run.Opening; o != nil {
		begins = "by itself when window " + inline(o.Window, 30) + " opens on " + clock(o.Opens, o.Zone)
	}
	text := fmt.Sprintf("*%s* goes from %s to *%s*, %s, with %s. It takes %s and begins %s.",
		inline(p.Environment, 60), p.From, p.Target, inline(string(p.Strategy), 20), migrations, about(p.Estimate()), begins)
	return button(ActionApprove, "Approve", slack.StylePrimary, run,
		confirm("Approve this upgrade?", text, "Approve", "Not now", slack.StylePrimary))
}

func rejectButton(run ops.Run) slack.BlockElement {
	return button(ActionReject, "Reject", slack.StyleDanger, run, nil)
}

func detailsButton(run ops.Run) slack.BlockElement {
	return button(ActionDetails, "Details", "", run, nil)
}

func holdButton(run ops.Run) slack.BlockElement {
	meanwhile := "What serves goes on serving"
	if _, closed := run.EdgeClosed(); closed {
		meanwhile = "The edge *stays closed* meanwhile"
	}
	text := fmt.Sprintf("The %s of *%s* to %s stops after the step it is in. %s; Resume takes it up again.", noun(run),
		inline(run.Plan.Environment, 60), run.Plan.Target, meanwhile)
	return button(ActionHold, "Hold", "", run, confirm("Hold this run?", text, "Hold", "Go on", ""))
}

func abortButton(run ops.Run) slack.BlockElement {
	text := fmt.Sprintf("The %s of *%s* to %s stops at once. What is safe to put back is put back; applied migrations stay.", noun(run),
		inline(run.Plan.Environment, 60), run.Plan.Target)
	return button(ActionAbort, "Abort", slack.StyleDanger, run,
		confirm("Abort this run?", text, "Abort", "Go on", slack.StyleDanger))
}

func resumeButton(run ops.Run) slack.BlockElement {
	text := fmt.Sprintf("The %s of *%s* to %s goes on at the step where it stopped.", noun(run),
		inline(run.Plan.Environment, 60), run.Plan.Target)
	return button(ActionResume, "Resume", slack.StylePrimary, run,
		confirm("Resume this run?", text, "Resume", "Not yet", slack.StylePrimary))
}
