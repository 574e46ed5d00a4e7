package cards

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// ActionCancel is the button that does nothing and takes the question away.
const ActionCancel = "ask.no"

// ActionRollback is the button of a run's card that asks for the way back from it;
// its value is the run's ID.
const ActionRollback = "run.rollback"

// Return is a choice as a button carries it, to be held against what is true at the
// click.
func Return(a ops.Advice, c ops.Choice, reason string) Ask {
	ask := Ask{Does: AskedReturn, Environment: a.Environment, ID: a.Run, Way: c.Way, Backup: c.Backup, Reason: clip(reason, maxLine)}
	if c.Lost != nil {
		ask.Rows = c.Lost.Rows()
		ask.Uncounted = c.Lost.Unknown != ""
	}
	return ask
}

func choiceButtons(v AdviceView, choices []ops.Choice) []slack.BlockElement {
	var buttons []slack.BlockElement
	for i, c := range choices {
		value, fits := Return(v.Advice, c, v.Reason).value()
		if !c.Possible || !fits {
			continue
		}
		press := slack.NewButtonBlockElement(fmt.Sprintf("%s.%d", ActionConfirm, i+1), value, plainText(choiceLabel(c, v), 75))
		switch {
		case c.Lost != nil:
			press = press.WithStyle(slack.StyleDanger).WithConfirm(confirm("Go back and lose data?", choiceQuestion(v.Advice, c), "Ask for it", "No", slack.StyleDanger))
		case c.Approvals == 0:
			press = press.WithConfirm(confirm("Go back now?", choiceQuestion(v.Advice, c), "Go back", "No", slack.StylePrimary))
		}
		buttons = append(buttons, press)
	}
	return append(buttons, slack.NewButtonBlockElement(ActionCancel, "cancel", plainText("Cancel", 75)))
}

// choiceLabel has the cost of a way, for it is what the eye is on at the click.
func choiceLabel(c ops.Choice, v AdviceView) string {
	way := "Images only"
	if c.Way != ops.BackByImages {
		way = "Database to " + shortClock(c.ReturnsTo, v.Advice.At, v.Zone)
	}
	took := "~" + short(c.Takes)
	if c.Closed > 0 {
		took = short(c.Closed) + " closed"
	}
	loses := "loses " + lossText(c.Lost)
	if c.Lost != nil && c.Lost.Unknown != "" {
		loses = "loss not known"
	}
	return way + " · " + loses + " · " + took
}

func choiceQuestion(a ops.Advice, c ops.Choice) string {
	text := fmt.Sprintf("*%s* goes back to *%s* and loses *%s*.", inline(a.Environment, 40), a.To, lossText(c.Lost))
	if c.Lost != nil {
		text += " The database returns to " + moment(c.ReturnsTo) + "; what is live now is kept aside."
	}
	return text + " " + approversText(c.Approvals) + "."
}

// shortClock is a moment on the team's clocks, with its day only where that is not
// the day of now.
func shortClock(t, now time.Time, zone string) string {
	local := t.In(ops.Location(zone))
	text := local.Format(clockForm) + " " + zoneName(local)
	if sameDay(local, now.In(ops.Location(zone))) {
		return text
	}
	return local.Format("2 Jan ") + text
}

// short is a length of time for the label of a button.
func short(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", max(int(d.Round(time.Second).Seconds()), 1))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Round(time.Hour).Hours()))
}
