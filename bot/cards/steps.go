package cards

import (
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// stepLines is one line a step, with how long it took or may take.
func stepLines(run ops.Run) []string {
	lines := make([]string, 0, len(run.Steps))
	for _, s := range run.Steps {
		lines = append(lines, stepIcon(s.State)+" "+stepText(s))
	}
	return lines
}

func stepText(s ops.StepRun) string {
	name := inline(s.Name, maxWord)
	switch s.State {
	case ops.StepStarted:
		return "*" + name + "*"
	case ops.StepDone:
		if took := s.Took(); took > 0 {
			return name + " – " + duration(took)
		}
		return name
	case ops.StepFailed:
		return name + " – " + inline(s.Error, maxLine)
	case ops.StepUndone:
		return name + " – put back"
	}
	return name + " – " + about(s.Estimate)
}

func stepIcon(s ops.StepState) string {
	switch s {
	case ops.StepStarted:
		return "⏳"
	case ops.StepDone:
		return "✅"
	case ops.StepFailed:
		return "❌"
	case ops.StepUndone:
		return "↩️"
	}
	return "▫️"
}

// near keeps the steps around the current one when there are too many to show,
// for the past is in the thread.
func near(run ops.Run, lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	at := 0
	for i, s := range run.Steps {
		if s.State == ops.StepStarted || s.State == ops.StepFailed || s.State == ops.StepDone {
			at = i
		}
	}
	from := max(0, min(at-most/2, len(lines)-most))
	kept := append([]string{}, lines[from:from+most]...)
	if from > 0 {
		kept = append([]string{fmt.Sprintf("… %s before", count(from, "step"))}, kept...)
	}
	if rest := len(lines) - from - most; rest > 0 {
		kept = append(kept, fmt.Sprintf("… and %d more", rest))
	}
	return kept
}

// fraction is how much of the run is done, weighed by what the steps were
// expected to take.
func fraction(run ops.Run, p ops.Progress) float64 {
	var done, all float64
	for _, s := range run.Steps {
		weight := max(s.Estimate, time.Second).Seconds()
		all += weight
		switch s.State {
		case ops.StepDone, ops.StepUndone:
			done += weight
		case ops.StepStarted:
			done += weight * min(max(p.Fraction, 0), 1)
		}
	}
	if all == 0 {
		return 0
	}
	return done / all
}

const barCells = 20

// bar draws a fraction as text, for a picture could not be edited in place.
func bar(fraction float64) string {
	full := int(min(max(fraction, 0), 1) * barCells)
	return fmt.Sprintf("%s%s %d %%", strings.Repeat("█", full), strings.Repeat("░", barCells-full), int(min(max(fraction, 0), 1)*100))
}

// position is the number of the current step and of all.
func position(run ops.Run) (at, of int) {
	for i, s := range run.Steps {
		if s.State != ops.StepDone && s.State != ops.StepUndone {
			return i + 1, len(run.Steps)
		}
	}
	return len(run.Steps), len(run.Steps)
}
