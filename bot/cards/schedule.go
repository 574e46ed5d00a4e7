package cards

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// OpeningBlock and OpeningAction name the select of the modals that ask when.
const (
	OpeningBlock  = "opening"
	OpeningAction = "choice"
)

// OpeningsOffered is how many openings the modals offer.
const OpeningsOffered = 5

// ChoosesOpening tells whether a plan waits for an approver to choose its opening.
func ChoosesOpening(run ops.Run) bool {
	return run.State == ops.Proposed && run.Plan.Strategy == ops.Window && run.Opening == nil
}

// scheduleButtons is the button that asks for an opening; none where there is none.
func scheduleButtons(v View) []slack.BlockElement {
	if len(v.Openings) == 0 {
		return nil
	}
	return []slack.BlockElement{button(ActionSchedule, "Schedule…", slack.StylePrimary, v.Run, nil)}
}

// nextOpening tells which opening could be chosen first, or how there would be one.
func nextOpening(v View) string {
	if len(v.Openings) == 0 {
		return "⚠️ *No window may upgrade " + inline(v.Run.Plan.Environment, maxWord) + "*, so this cannot be approved. " +
			"Add one under `windows` in `ktops.yaml`, with `upgrade` in what it `does`; after `ktops reload` it can be chosen here."
	}
	next := v.Openings[0]
	return "🗓️ *Next opening*: " + inline(next.Window, maxWord) + ", " + openingText(next) + " · " + ahead(next.Opens.Sub(v.Now))
}

// ScheduleModal asks into which of the coming openings a plan is approved.
func ScheduleModal(run ops.Run, openings []ops.Opening, now time.Time) slack.ModalViewRequest {
	text := fmt.Sprintf("Choosing an opening approves *%s* into it: closed for *%s* of %s. It begins by itself, if nothing has changed by then.",
		safeTitle(run), about(closedEstimate(run.Plan)), about(run.Plan.Estimate()))
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: CallbackSchedule, PrivateMetadata: run.ID,
		Title: plainText("Schedule this upgrade", maxTitle), Submit: plainText("Approve into it", maxTitle), Close: plainText("Cancel", maxTitle),
		Blocks: slack.Blocks{BlockSet: []slack.Block{section(text), openingInput(openings, now)}},
	}
}

// ScheduleGlassModal asks the same of somebody who asked for the run, and why they
// approve it themselves.
func ScheduleGlassModal(run ops.Run, openings []ops.Opening, now time.Time) slack.ModalViewRequest {
	modal := BreakGlassModal(run)
	modal.CallbackID = CallbackScheduleGlass
	modal.Blocks.BlockSet = append(modal.Blocks.BlockSet, openingInput(openings, now))
	return modal
}

func openingInput(openings []ops.Opening, now time.Time) slack.Block {
	var options []*slack.OptionBlockObject
	for _, o := range openings {
		value := choice(o)
		if len(options) == OpeningsOffered || utf8.RuneCountInString(value) > maxOptionValue {
			continue
		}
		options = append(options, slack.NewOptionBlockObject(value, plainText(optionText(o), maxOption),
			plainText(clip(o.Window, 40)+", "+ahead(o.Opens.Sub(now)), maxOption)))
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose an opening", 150), OpeningAction, options...)
	if len(options) > 0 {
		menu.InitialOption = options[0]
	}
	return slack.NewInputBlock(OpeningBlock, plainText("Opening", 2000), plainText("On the clocks of the window's zone, and in UTC", 2000), menu)
}

// optionText is an opening within the 75 characters of an option.
func optionText(o ops.Opening) string {
	loc := ops.Location(o.Zone)
	from := o.Opens.In(loc)
	text := span(from, o.Closes.In(loc), shortDay)
	if zoneName(from) == "UTC" {
		return text
	}
	if utc := o.Opens.UTC(); !sameDay(utc, from) {
		return text + " (" + utc.Format(shortDay+" "+clockForm) + " UTC)"
	}
	return text + " (" + o.Opens.UTC().Format(clockForm) + " UTC)"
}

// choice is an opening as the value of its option.
func choice(o ops.Opening) string { return o.Key + " " + o.Window }

// ReadChoice is the opening that an option's value means, by its window and key; nil
// when nothing was chosen.
func ReadChoice(value string) *ops.Opening {
	// A key may hold a space itself: "now 2026-03-14T02:00".
	for _, prefix := range []string{"now ", ""} {
		if rest, ok := strings.CutPrefix(value, prefix); ok {
			key, window, found := strings.Cut(rest, " ")
			if found {
				return &ops.Opening{Key: prefix + key, Window: window}
			}
		}
	}
	return nil
}
