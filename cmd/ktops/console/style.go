package console

import "github.com/keeptrusts/ktops/ops"

// Style says how text may look.
type Style struct {
	Color bool
}

// The colours, as ECMA-48 numbers them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// levelMark is how a check ended, in one character.
func (s Style) levelMark(l ops.Level) string {
	switch l {
	case ops.Pass:
		return s.paint(green, "✓")
	case ops.Warn:
		return s.paint(yellow, "!")
	}
	return s.paint(red, "✗")
}

func (s Style) stepMark(state ops.StepState) string {
	switch state {
	case ops.StepDone:
		return s.paint(green, "✓")
	case ops.StepStarted:
		return s.paint(cyan, "●")
	case ops.StepFailed:
		return s.paint(red, "✗")
	case ops.StepUndone:
		return s.paint(yellow, "↩")
	}
	return s.paint(dim, "○")
}

// state is a run's state in words.
func (s Style) state(state ops.State) string {
	code := yellow
	switch state {
	case ops.Succeeded:
		code = green
	case ops.Running, ops.Approved, ops.Scheduled:
		code = cyan
	case ops.Failed, ops.RolledBack, ops.Aborted, ops.Missed:
		code = red
	}
	return s.paint(code, StateText(state))
}
