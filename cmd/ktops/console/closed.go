package console

import (
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// ToApprove is what somebody types to approve a run, with an opening where it needs one.
func ToApprove(r ops.Run) string {
	if r.Plan.Strategy == ops.Window && r.Opening == nil {
		return "ktops approve " + r.ID + " --window next"
	}
	return "ktops approve " + r.ID
}

// closed is what a planned downtime cost and kept; empty for a run that closed nothing.
func closed(s Style, r ops.Run) string {
	took := r.ClosedFor(time.Now())
	if took == 0 {
		return ""
	}
	if since, still := r.EdgeClosed(); still && !r.State.Open() {
		return "\n" + s.paint(red, "The edge was left closed") + " since " + Time(since) + ": a person must look now. Try: ktops maintenance status\n"
	}
	text := fmt.Sprintf("\nClosed for %s, %s expected", s.paint(bold, Duration(took)), Duration(ClosedEstimate(r.Plan)))
	if m := r.Request.Maintenance; m != nil {
		text = fmt.Sprintf("\nClosed for %s of %s that were asked for", s.paint(bold, Duration(took)), Length(m.For))
	}
	for _, step := range r.Steps {
		switch {
		case step.Kind == ops.Drain && step.State == ops.StepDone:
			text += "; " + cutText(step.Result.StreamsCut)
		case step.Kind == ops.Snapshot && step.Result.Snapshot != "":
			text += "; database kept as " + step.Result.Snapshot
		}
	}
	return text + "\n"
}

// cutText is how many answers the drain cut.
func cutText(n int) string {
	switch {
	case n < 0:
		return "answers were cut, and not counted"
	case n == 0:
		return "no answer was cut"
	}
	return plural(n, "answer") + " cut"
}

// doorLines tell of the edge that a run keeps closed, and of a window that will not be
// enough; none while all is well.
func doorLines(s Style, r ops.Run, remaining time.Duration, now time.Time) []string {
	var lines []string
	if since, still := r.EdgeClosed(); still && r.State.Open() {
		until := "expected back " + soon(back(r, remaining, now), now)
		switch {
		case r.State == ops.Held:
			until = "until a person decides"
		case !r.ReopensAt().IsZero():
			until = "until " + soon(r.ReopensAt(), now)
		}
		lines = append(lines, fmt.Sprintf("  %s since %s, %s", s.paint(yellow, "edge closed"), soon(since, now), until))
	}
	if !r.Overrun.IsZero() && r.Opening != nil && r.State.Open() {
		lines = append(lines, fmt.Sprintf("  %s: the window closes %s", s.paint(red, "overrun"), Clock(r.Opening.Closes, r.Opening.Zone)),
			"  now expected to be through "+Clock(r.Overrun, r.Opening.Zone))
	}
	return lines
}

// soon is a moment with its zone, and with its day when that is another than now.
func soon(t, now time.Time) string {
	if t.Local().Format(time.DateOnly) == now.Local().Format(time.DateOnly) {
		return t.Local().Format("15:04:05 MST")
	}
	return Time(t)
}

// back is when the edge is expected to be open again, to the minute.
func back(r ops.Run, remaining time.Duration, now time.Time) time.Time {
	at := now.Add(remaining)
	for i := len(r.Steps) - 1; i >= 0 && r.Steps[i].Kind != ops.OpenEdge; i-- {
		at = at.Add(-r.Steps[i].Estimate)
	}
	if at.Before(now) {
		at = now
	}
	return at.Add(time.Minute - 1).Truncate(time.Minute)
}
