package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Run is a run with its steps and what it proved.
func Run(s Style, r ops.Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", s.paint(bold, title(r)), s.state(r.State))
	fmt.Fprintf(&b, "Asked for by %s at %s%s\n", r.Request.By, Time(r.ProposedAt), because(r.Request))
	for _, a := range r.Approvals {
		how := "Approved"
		if a.BreakGlass {
			how = "Glass broken"
		}
		fmt.Fprintf(&b, "%s by %s at %s%s\n", how, a.By, Time(a.At), quoted(a.Reason))
	}
	if r.Opening != nil {
		fmt.Fprintf(&b, "Into window %s\n", waitsFor(r))
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, "%s\n", r.Reason)
	}
	if !r.StartedAt.IsZero() {
		fmt.Fprintf(&b, "\n%s", steps(s, r))
	}
	b.WriteString(Outcome(s, r))
	return b.String()
}

// title is the run on one line, without its state.
func title(r ops.Run) string {
	return fmt.Sprintf("%s  %s %s", r.ID, r.Request.Environment, What(r))
}

// What is what a run does, in few words: 2.4.3 → 2.5.0.
func What(r ops.Run) string {
	switch {
	case r.Request.Maintenance != nil:
		return closing(r.Plan)
	case r.Request.Rollback != nil:
		return fmt.Sprintf("%s → %s, back by %s", r.Plan.From, r.Plan.Target, r.Request.Rollback.Way)
	case r.Request.Rehearse:
		return "rehearsal of " + r.Plan.Target.String()
	}
	return fmt.Sprintf("%s → %s", r.Plan.From, r.Plan.Target)
}

// waitsFor is the opening of a run, and until when it can begin there.
func waitsFor(r ops.Run) string {
	text := r.Opening.Window + ", " + Opening(*r.Opening)
	if r.StartedAt.IsZero() && r.State.Open() {
		text += "; latest safe start " + Clock(r.LatestStart(), r.Opening.Zone)
	}
	return text
}

func because(r ops.Request) string {
	if r.Urgent {
		return ", urgent" + quoted(r.Reason)
	}
	return quoted(r.Reason)
}

func quoted(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (“%s”)", reason)
}

func steps(s Style, r ops.Run) string {
	rows := make([][]string, 0, len(r.Steps))
	for _, step := range r.Steps {
		rows = append(rows, []string{s.stepMark(step.State), step.Name, took(step), stepNote(step)})
	}
	return table("  ", rows)
}

func took(step ops.StepRun) string {
	switch {
	case step.State == ops.StepStarted:
		return "since " + step.Started.Local().Format(time.TimeOnly)
	case step.Ended.IsZero():
		return "-"
	}
	return Duration(step.Took())
}

func stepNote(step ops.StepRun) string {
	note := step.Result.Note
	if step.Error != "" {
		note = step.Error
	}
	if step.Attempts > 1 {
		note = strings.TrimSpace(fmt.Sprintf("(taken up %d times) %s", step.Attempts, note))
	}
	return note
}

// Outcome is what a run that went anywhere proves: probe, backup and checks.
func Outcome(s Style, r ops.Run) string {
	var b strings.Builder
	b.WriteString(closed(s, r))
	b.WriteString(shown(s, r))
	if report := r.Report(); report != nil {
		fmt.Fprintf(&b, "\n%s", Report(s, *report))
	}
	if p := r.Probe; p.Requests+p.Streams+p.Closed > 0 {
		fmt.Fprintf(&b, "\n%s", Probe(s, p))
	}
	if backup := r.Backup(); backup != nil {
		fmt.Fprintf(&b, "\nBackup %s, %s%s\n", backup.File, Bytes(backup.Bytes), verified(*backup))
	}
	return b.String()
}

// shown is what the steps of a rollback or a rehearsal leave.
func shown(s Style, r ops.Run) string {
	var b strings.Builder
	for _, step := range r.Steps {
		if w := step.Result.Lost; w != nil {
			fmt.Fprintf(&b, "\nNot in use any more, kept in database %s\n  %s\n", step.Result.Kept, lost(s, w))
		}
		if step.Result.Rehearsal != nil {
			fmt.Fprintf(&b, "\n%s", Rehearsal(s, *step.Result.Rehearsal))
		}
	}
	return b.String()
}

// Ended is the last word on a run that was watched.
func Ended(s Style, r ops.Run) string {
	text := fmt.Sprintf("%s %s", r.ID, s.state(r.State))
	if r.State == ops.Scheduled {
		text += " into window " + waitsFor(r)
	}
	if !r.StartedAt.IsZero() && !r.EndedAt.IsZero() {
		text += " after " + Duration(r.EndedAt.Sub(r.StartedAt))
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text + "\n" + Outcome(s, r) + next(r)
}

// next is what a person can do with a run that has stopped.
func next(r ops.Run) string {
	switch r.State {
	case ops.Held:
		return fmt.Sprintf("\nTry: ktops resume %s, or ktops abort %s\n", r.ID, r.ID)
	case ops.Proposed:
		return fmt.Sprintf("\nTry: %s, by somebody other than %s\n", ToApprove(r), r.Request.By)
	case ops.Scheduled:
		return fmt.Sprintf("\nTry: ktops history %s --follow, or ktops abort %s to take it out of its window\n", r.ID, r.ID)
	case ops.Failed, ops.RolledBack, ops.Aborted:
		return fmt.Sprintf("\nTry: ktops verify, and ktops history %s for what happened\n", r.ID)
	}
	return ""
}

// Probe is what users of the edge saw.
func Probe(s Style, p ops.ProbeResult) string {
	mark := s.levelMark(ops.Pass)
	if p.Failed+p.StreamsCut > 0 {
		mark = s.levelMark(ops.Fail)
	}
	page := ""
	if p.Closed > 0 {
		page = "; " + plural(p.Closed, "request") + " answered by the page"
	}
	text := fmt.Sprintf("Probe through the edge, for %s\n  %s %s, %d failed, longest gap %s; %s, %d cut%s\n", Duration(p.Until.Sub(p.Since)),
		mark, plural(p.Requests, "request"), p.Failed, Duration(p.LongestGap), plural(p.Streams, "stream"), p.StreamsCut, page)
	for _, f := range p.Samples {
		text += fmt.Sprintf("    %s  %s: %s\n", f.At.Local().Format(time.TimeOnly), f.Route, f.Error)
	}
	return text
}
