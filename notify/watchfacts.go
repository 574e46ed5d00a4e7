package notify

import (
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Place is what the configuration says about an environment, as far as notices need it.
type Place struct {
	// Zone is the clock of notices that are about no window.
	Zone string
	// Leads are how long before an opening people are told, by window.
	Leads map[string][]time.Duration
}

// factsOf is what a run tells at a moment.
func factsOf(run ops.Run, place Place, at time.Time) Facts {
	f := Facts{
		Doing: run.Doing(), Zone: place.Zone, Estimate: closedTime(run), Back: backAt(run, at), Closed: run.ClosedFor(at),
		Failed: run.Probe.Failed, Requests: run.Probe.Requests, Untouched: untouched(run), Reason: run.Reason,
	}
	f.Since, _ = run.EdgeClosed()
	if run.Request.Maintenance == nil {
		f.From, f.To = run.Plan.From.String(), run.Plan.Target.String()
	}
	if o := run.Opening; o != nil {
		f.Window, f.Zone, f.Opens, f.Closes = o.Window, o.Zone, o.Opens, o.Closes
	}
	if report := run.Report(); report != nil {
		f.Checks, f.Verdict = report.Checks, report.Level()
	}
	for _, s := range run.Steps {
		if s.Kind == ops.Drain {
			f.StreamsCut = s.Result.StreamsCut
		}
	}
	return f
}

// behindEdge are the steps during which the edge is closed, with the one that opens it.
func behindEdge(run ops.Run) []ops.StepRun {
	from := slices.IndexFunc(run.Steps, func(s ops.StepRun) bool { return s.Kind == ops.CloseEdge })
	to := slices.IndexFunc(run.Steps, func(s ops.StepRun) bool { return s.Kind == ops.OpenEdge })
	if from < 0 || to < from {
		return nil
	}
	return run.Steps[from+1 : to+1]
}

// closedTime is how long the edge is expected to be closed; zero when it is not to be.
func closedTime(run ops.Run) time.Duration {
	var sum time.Duration
	for _, s := range behindEdge(run) {
		sum += s.Estimate
	}
	return sum
}

// backAt is when users are expected to be let in again; zero when the edge is open, or
// nobody can say.
func backAt(run ops.Run, at time.Time) time.Time {
	if _, closed := run.EdgeClosed(); !closed || !run.State.Open() || run.State == ops.Held || run.Undoing {
		return time.Time{}
	}
	if reopens := run.ReopensAt(); !reopens.IsZero() {
		return reopens
	}
	left := time.Duration(0)
	for _, s := range behindEdge(run) {
		switch s.State {
		case ops.StepStarted:
			left += max(s.Estimate-at.Sub(s.Started), 0)
		case ops.StepPending, ops.StepFailed:
			left += s.Estimate
		}
	}
	return at.Add(left)
}

// untouched reports whether the run has changed nothing that users or the next run
// would meet.
func untouched(run ops.Run) bool {
	return !slices.ContainsFunc(run.Steps, func(s ops.StepRun) bool {
		switch s.Kind {
		case ops.PullImages, ops.TakeBackup, ops.VerifyBackup, ops.Verify, ops.Prune:
			return false
		}
		return s.State != ops.StepPending
	})
}
