package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// scheduled is the card of a run that waits for its window.
func scheduled(v View) Card {
	run := v.Run
	when := ahead(run.Opening.Opens.Sub(v.Now))
	return Card{
		Text: fmt.Sprintf("%s is scheduled: window %s opens %s", safeTitle(run), inline(run.Opening.Window, maxWord), when),
		Blocks: []slack.Block{
			header(title(run)),
			section(fmt.Sprintf("🗓️ *Scheduled*: window *%s* opens *%s*", inline(run.Opening.Window, maxWord), when)),
			fields(append(openingFields(run), append(closedFields(run.Plan),
				[2]string{"Estimate", about(run.Plan.Estimate())},
				[2]string{"Pending migrations", migrationsText(run.Plan.Facts.Pending)})...)...),
			actions(withdrawButton(run), detailsButton(run)),
			footnote("When the window opens, everything is looked at once more. A plan that has changed by then is asked for again; one that no longer fits does not begin."),
			footer(v),
		},
	}
}

// openingFields tell when a run with an opening may begin; none without one.
func openingFields(run ops.Run) [][2]string {
	o := run.Opening
	if o == nil {
		return nil
	}
	return [][2]string{
		{"Opening", inline(o.Window, maxWord) + ": " + openingText(*o)},
		{"Latest safe start", clock(run.LatestStart(), o.Zone)},
	}
}

// closedFields tell how long a plan expects to keep callers out; none for one that
// does not.
func closedFields(p ops.Plan) [][2]string {
	if p.Strategy != ops.Window {
		return nil
	}
	return [][2]string{{"Closed for", about(closedEstimate(p))}}
}

func withdrawButton(run ops.Run) slack.BlockElement {
	text := fmt.Sprintf("The upgrade of *%s* to %s leaves window *%s*. Nothing was touched yet; it can be asked for again.",
		inline(run.Plan.Environment, 60), run.Plan.Target, inline(run.Opening.Window, 60))
	return button(ActionAbort, "Withdraw", slack.StyleDanger, run,
		confirm("Withdraw this run?", text, "Withdraw", "Keep it", slack.StyleDanger))
}
