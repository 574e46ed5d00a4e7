package ops

import (
	"fmt"
	"time"
)

// wayBack is how long it takes at most to put everything back once all steps have
// begun: what was stopped starts again, what was copied is renamed.
func wayBack(steps []Step) time.Duration {
	var sum time.Duration
	for _, s := range steps {
		switch s.Kind {
		case StopService:
			sum += startOf(steps, s.Service)
		case Snapshot, StartService:
			sum += priorStop
		case Roll:
			sum += priorRoll
		case CloseEdge, Pin:
			sum += priorEdge
		}
	}
	return sum
}

// startOf is how long a service takes to start; without its migrations, which a
// way back does not run.
func startOf(steps []Step, service string) time.Duration {
	for _, s := range steps {
		if s.Kind == StartService && s.Service == service && !s.Migrates {
			return s.Estimate
		}
	}
	return priorRoll
}

// needs is what the run still takes, with the way back.
func (r Run) needs() time.Duration { return pressing(r) + wayBack(r.Plan.Steps) }

// pressing is what remains of the run but for its watch, which users do not wait for.
func pressing(r Run) time.Duration { return remaining(r, Progress{}) - r.toWatch() }

// toWatch is how long the run will watch its release.
func (r Run) toWatch() time.Duration {
	if watch := r.step(Watch); watch != nil && watch.State != StepDone {
		return watch.Estimate
	}
	return 0
}

// LatestStart is the last moment at which what is left of the run still fits into
// its window, with the way back; zero when it has no window.
func (r Run) LatestStart() time.Time {
	if r.Opening == nil {
		return time.Time{}
	}
	return r.Opening.Closes.Add(-r.needs())
}

// unfit says why the rest of the run does not fit into its window any more; empty
// when it does.
func (r Run) unfit(now time.Time) string {
	if r.Opening == nil || !now.After(r.LatestStart()) {
		return ""
	}
	left := max(r.Opening.Closes.Sub(now), 0)
	return fmt.Sprintf("%s more than is left would be needed: %s, of it %s to put everything back if it must be, and the window closes in %s",
		DurationText(r.needs()-left), DurationText(r.needs()), DurationText(wayBack(r.Plan.Steps)), DurationText(left))
}

// refuseUnfit refuses a run that would not be through before an opening closes, with
// the way back, even if it began as soon as it can.
func (r Run) refuseUnfit(o Opening, now time.Time) error {
	lasts, left := "lasts", o.Closes.Sub(o.Opens)
	if now.After(o.Opens) {
		lasts, left = "is open for another", o.Closes.Sub(now)
	}
	if r.needs() <= left {
		return nil
	}
	return Refuse(fmt.Sprintf("the run needs %s with the way back, and window %s %s %s", DurationText(r.needs()), o.Window, lasts, DurationText(left)),
		"a longer window")
}

// commits reports whether beginning the step is a point at which the run asks
// whether the rest fits: users are turned away from here on, or the schema moves on.
func (s StepRun) commits() bool {
	return s.State == StepPending && (s.Kind == CloseEdge || s.Migrates)
}

// The least by which a run must be later than was said before it says so again.
const overrunAgain = 5 * time.Minute

// overruns tells when the run will be through, where that is news: later than the
// window closes, and clearly later than was said before.
func (r Run) overruns(now time.Time, left time.Duration) (until time.Time, news bool) {
	until = now.Add(left).UTC()
	if r.Opening == nil || !until.After(r.Opening.Closes) {
		return until, false
	}
	return until, r.Overrun.IsZero() || until.Sub(r.Overrun) > overrunAgain
}
