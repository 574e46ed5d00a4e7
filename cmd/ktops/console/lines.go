package console

import (
	"fmt"
	"io"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Lines writes one line for each thing that happens to a run, for logs and pipes.
type Lines struct {
	out     io.Writer
	state   ops.State
	asked   ops.EventKind
	overrun time.Time
	steps   map[string]ops.StepState
}

// NewLines is a view for where there is no terminal.
func NewLines(out io.Writer) *Lines {
	return &Lines{out: out, steps: map[string]ops.StepState{}}
}

// Tick changes nothing: a line tells of an event, not of time.
func (l *Lines) Tick() error { return nil }

// Show writes what has happened since the last update.
func (l *Lines) Show(u ops.Update) error {
	r := u.Run
	if r.State != l.state && r.State.Open() {
		if err := l.line(r, newest(r), stateLine(r)); err != nil {
			return err
		}
	}
	if r.Asked != l.asked && r.Asked != "" {
		if err := l.line(r, time.Now(), fmt.Sprintf("%s %s", r.AskedBy, eventText(r.Asked))); err != nil {
			return err
		}
	}
	if r.Overrun != l.overrun && r.Opening != nil {
		if err := l.line(r, time.Now(), "overruns its window; now expected to be through "+Clock(r.Overrun, r.Opening.Zone)); err != nil {
			return err
		}
	}
	l.state, l.asked, l.overrun = r.State, r.Asked, r.Overrun
	for _, step := range r.Steps {
		if step.State == l.steps[step.Name] || step.State == ops.StepPending {
			continue
		}
		l.steps[step.Name] = step.State
		if err := l.line(r, stepTime(step), stepLine(step)); err != nil {
			return err
		}
	}
	return nil
}

func stateLine(r ops.Run) string {
	text := StateText(r.State)
	if r.State == ops.Scheduled {
		text += " into window " + waitsFor(r)
	}
	return text + quoted(r.Reason)
}

func (l *Lines) line(r ops.Run, at time.Time, text string) error {
	if _, err := fmt.Fprintf(l.out, "%s  %s  %s\n", Time(at), r.ID, text); err != nil {
		return fmt.Errorf("write the run's progress: %w", err)
	}
	return nil
}

// newest is when the run came into its state.
func newest(r ops.Run) time.Time {
	switch {
	case r.State == ops.Proposed:
		return r.ProposedAt
	case r.State == ops.Running && r.Current() != nil && r.Current().Started.IsZero() && !r.StartedAt.IsZero():
		return r.StartedAt
	}
	return time.Now()
}

func stepTime(step ops.StepRun) time.Time {
	if step.Ended.IsZero() {
		return step.Started
	}
	return step.Ended
}

func stepLine(step ops.StepRun) string {
	switch step.State {
	case ops.StepDone:
		return fmt.Sprintf("%s: done in %s%s", step.Name, Duration(step.Took()), dash(stepNote(step)))
	case ops.StepFailed:
		return step.Name + ": failed" + dash(step.Error)
	case ops.StepUndone:
		return step.Name + ": put back" + dash(step.Result.Note)
	}
	return fmt.Sprintf("%s: begun, about %s", step.Name, Duration(step.Estimate))
}

func dash(note string) string {
	if note == "" {
		return ""
	}
	return ", " + note
}
