package console

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Live draws a run on a terminal, each time over the last.
type Live struct {
	out     io.Writer
	style   Style
	columns func() int
	drawn   int
	last    ops.Update
	at      time.Time
}

// NewLive is a live view on a terminal of so many columns.
func NewLive(out io.Writer, style Style, columns func() int) *Live {
	return &Live{out: out, style: style, columns: columns}
}

// Show draws the run as it is now.
func (l *Live) Show(u ops.Update) error {
	l.last, l.at = u, time.Now()
	return l.draw(l.at)
}

// Tick draws again what time alone changes.
func (l *Live) Tick() error {
	if l.at.IsZero() {
		return nil
	}
	return l.draw(time.Now())
}

func (l *Live) draw(now time.Time) error {
	u := l.last
	if u.Run.State == ops.Running {
		u.Remaining = max(u.Remaining-now.Sub(l.at), 0)
	}
	lines := Frame(l.style, u, now)
	text := ""
	if l.drawn > 0 {
		text = fmt.Sprintf("\x1b[%dA\x1b[J", l.drawn)
	}
	columns := l.columns()
	for _, line := range lines {
		text += cut(line, columns) + "\n"
	}
	l.drawn = len(lines)
	if _, err := io.WriteString(l.out, text); err != nil {
		return fmt.Errorf("draw the run: %w", err)
	}
	return nil
}

// Frame is one picture of a run: its steps, and how far it is.
func Frame(s Style, u ops.Update, now time.Time) []string {
	r := u.Run
	rows := make([][]string, 0, len(r.Steps))
	for _, step := range r.Steps {
		rows = append(rows, frameStep(s, r, step, u.Progress, now))
	}
	lines := []string{fmt.Sprintf("%s  %s", s.paint(bold, title(r)), s.state(r.State))}
	lines = append(lines, strings.Split(strings.TrimSuffix(table("  ", rows), "\n"), "\n")...)
	lines = append(lines, doorLines(s, r, u.Remaining, now)...)
	return append(lines, strings.Split(footer(s, u, now), "\n")...)
}

func frameStep(s Style, r ops.Run, step ops.StepRun, p ops.Progress, now time.Time) []string {
	row := []string{s.stepMark(step.State), step.Name, s.paint(dim, "about "+Duration(step.Estimate)), ""}
	switch step.State {
	case ops.StepStarted:
		row[2] = Duration(now.Sub(step.Started).Truncate(time.Second))
		if r.State != ops.Running {
			break
		}
		if p.Fraction > 0 {
			row[3] = fmt.Sprintf("%s %3.0f %%  ", bar(p.Fraction, 10), 100*min(p.Fraction, 1))
		}
		row[3] += p.Note
	case ops.StepDone, ops.StepFailed, ops.StepUndone:
		row[2], row[3] = took(step), stepNote(step)
	}
	return row
}

// footer is how far the whole run is, or what it waits for.
func footer(s Style, u ops.Update, now time.Time) string {
	r := u.Run
	switch r.State {
	case ops.Proposed:
		return fmt.Sprintf("  asked for at %s; somebody else types: %s", Time(r.ProposedAt), ToApprove(r))
	case ops.Scheduled:
		return "  waits for window " + r.Opening.Window + ", " + Opening(*r.Opening) +
			"\n  latest safe start " + Clock(r.LatestStart(), r.Opening.Zone)
	case ops.Approved:
		return "  approved; waits for a runner"
	case ops.Held:
		return "  " + s.paint(yellow, "held: "+r.Reason)
	case ops.Running:
	default:
		return "  " + StateText(r.State)
	}
	elapsed := now.Sub(r.StartedAt).Truncate(time.Second)
	fraction := 0.0
	if total := elapsed + u.Remaining; total > 0 {
		fraction = elapsed.Seconds() / total.Seconds()
	}
	what := fmt.Sprintf("%s gone, about %s left", Duration(elapsed), Duration(u.Remaining.Truncate(time.Second)))
	switch {
	case r.Undoing:
		what = "putting things back: " + r.Reason
	case r.Asked == ops.HoldAsked:
		what += "; holds after this step, as " + r.AskedBy.String() + " asked"
	case r.Asked == ops.AbortAsked:
		what = "aborting, as " + r.AskedBy.String() + " asked"
	case r.Asked == ops.ReopenAsked:
		what = "opening the edge, as " + r.AskedBy.String() + " asked"
	}
	return fmt.Sprintf("  %s  %s", bar(fraction, 24), what)
}
