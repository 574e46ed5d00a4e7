package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// regression is what a watch found that nobody has accepted; nil where all is well.
func regression(run ops.Run) *ops.Regression {
	for _, s := range run.Steps {
		if s.State == ops.StepFailed && s.Result.Regression != nil {
			return s.Result.Regression
		}
	}
	return nil
}

// regressionBlocks picture a regression: before, after, and how it came about.
func regressionBlocks(run ops.Run) []slack.Block {
	found := regression(run)
	if found == nil {
		return nil
	}
	return []slack.Block{section(fmt.Sprintf("📉 *%s of the %s* since %s serves", capital(inline(found.Metric, maxWord)), inline(string(found.Component), maxWord), run.Plan.Target),
		fence(found.Picture, maxPicture))}
}

// alarmTold calls those who asked and approved. Of a regression it has the picture, and
// the button that opens the way back.
func alarmTold(e ops.Event, run ops.Run) Told {
	told := loud("🚨 %s: *a person must look now*%s", called(run), because(e.Reason))
	told.Blocks = append(told.Blocks, regressionBlocks(run)...)
	if regression(run) != nil && !run.Undoing {
		told.Blocks = append(told.Blocks, actions(rollbackButton(run)))
	}
	return told
}
