package cards

import (
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// Decided answers a decision that was typed; the run's card shows it to all.
func Decided(verb string, run ops.Run) Card {
	said := map[string]string{
		"approve": "Your approval counts", "reject": "Rejected", "hold": "It holds after this step",
		"resume": "It goes on", "abort": "It is being aborted", "reopen": "The edge is being opened",
	}[verb]
	return Plain(fmt.Sprintf("%s: %s %s is *%s*.", orDash(said), code(run.ID, maxWord), safeTitle(run), stateName(run.State)))
}

// NoLonger answers a click on a button that the state of the run has overtaken.
func NoLonger(run ops.Run, command string) Card {
	return Refusal(&ops.Refusal{
		Why: fmt.Sprintf("run %s is %s now", run.ID, stateName(run.State)),
		Try: []string{"history " + run.ID},
	}, command)
}
