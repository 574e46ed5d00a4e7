package notify

import (
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// warnEnding is how long before maintenance ends by itself people are told.
	warnEnding = 5 * time.Minute
	// stillNews is how long after the edge was opened it is worth saying that it was
	// closed: a quick run is told whole, an old one is not.
	stillNews = 5 * time.Minute
	// secondThought is how long after a plan drifted it may be asked for again before
	// it counts as cancelled.
	secondThought = time.Minute
)

// story is all that happened to a run.
type story struct {
	events []ops.Event
	run    ops.Run // as the events leave it
	// before are the runs that it was asked for in place of, the newest first.
	before []ops.Run
	// again is set when another run was asked for in its place.
	again bool
	place Place
}

// telling is what a story has people told. It is the same whenever it is derived from
// the same events, so that nothing is told twice.
type telling struct {
	notices []Notice
	// over are notices that are not to be sent any more, for what they tell is past.
	over []withdrawal
	// cancelled is to be told where the run was announced; nil when it took place or
	// still may.
	cancelled *Notice
}

type withdrawal struct {
	kind   Kind
	before time.Time
}

// tell derives the notices of a story from its events, one after the other.
func (s story) tell() telling {
	var t telling
	for i, e := range s.events {
		for _, n := range s.told(i, e) {
			if n = s.limited(n, s.events[i+1:]); n.Deadline.After(n.At) {
				t.notices = append(t.notices, n)
			}
		}
	}
	t.over, t.cancelled = s.over(), s.cancelled()
	return t
}

// told are the notices that an event is reason for.
func (s story) told(i int, e ops.Event) []Notice {
	at := func() ops.Run { return ops.Fold(s.events[:i+1]) }
	switch e.Kind {
	case ops.RunProposed:
		if len(s.before) > 0 {
			return []Notice{s.asksAgain(e, at())}
		}
	case ops.RunApproved:
		return s.upcoming(e, at())
	case ops.StepEnded:
		return s.step(e, at())
	case ops.RunOverran:
		n := s.notice(Overrun, e, at())
		n.Facts.Back = e.Until
		return []Notice{n}
	case ops.RunHeld:
		return []Notice{s.notice(Held, e, at())}
	case ops.EdgeOpened:
		return []Notice{s.reopened(e, at())}
	case ops.Alarm:
		return []Notice{s.notice(Alarm, e, at())}
	case ops.RunRolledBack, ops.RunFailed, ops.RunAborted, ops.RunMissed, ops.RunExpired:
		return s.ended(e, at())
	}
	return nil
}

// notice is one about an event, with the facts of the run after it.
func (s story) notice(kind Kind, e ops.Event, run ops.Run) Notice {
	f := factsOf(run, s.place, e.At)
	f.Thread = s.thread()
	if e.Reason != "" {
		f.Reason = e.Reason
	}
	return Notice{
		Key: fmt.Sprintf("%s/%s/%d", e.Run, kind, e.Seq), Environment: run.Request.Environment, Kind: kind, Run: e.Run,
		At: e.At, Deadline: e.At.Add(patience(kind)), Facts: f,
	}
}

// thread is the first of the runs that stand for the same appointment.
func (s story) thread() string {
	if len(s.before) > 0 {
		return s.before[len(s.before)-1].ID
	}
	return s.run.ID
}

func (s story) asksAgain(e ops.Event, run ops.Run) Notice {
	n := s.notice(AsksAgain, e, run)
	n.Facts.Reason = s.before[0].Reason
	if run.Opening != nil && run.Opening.Closes.After(n.At) {
		n.Deadline = earlier(n.Deadline, run.Opening.Closes)
	}
	return n
}

// step tells of a step that opened or closed the edge.
func (s story) step(e ops.Event, run ops.Run) []Notice {
	i := slices.IndexFunc(run.Steps, func(step ops.StepRun) bool { return step.Name == e.Step })
	if i < 0 {
		return nil
	}
	switch run.Steps[i].Kind {
	case ops.CloseEdge:
		opened := s.notice(Opened, e, run)
		opened.Facts.Reason = ""
		return append([]Notice{opened}, s.ending(e, run)...)
	case ops.OpenEdge:
		return []Notice{s.reopened(e, run)}
	}
	return nil
}

func (s story) reopened(e ops.Event, run ops.Run) Notice {
	n := s.notice(Reopened, e, run)
	if e.Kind == ops.EdgeOpened { // what was being done is not
		n.Facts.Doing, n.Facts.From, n.Facts.To = "", "", ""
	} else {
		n.Facts.Reason = ""
	}
	n.Facts.Since, n.Facts.Back = time.Time{}, time.Time{}
	return n
}

// ending warns of the end of a maintenance that is long enough for a warning.
func (s story) ending(e ops.Event, run ops.Run) []Notice {
	reopens := run.ReopensAt()
	if reopens.IsZero() || !reopens.Add(-warnEnding).After(e.At) {
		return nil
	}
	n := s.notice(MaintenanceEnding, e, run)
	n.At = reopens.Add(-warnEnding)
	n.Deadline = n.At.Add(lateness(warnEnding))
	return []Notice{n}
}

// ended tells how a run ended badly. Users hear only of an edge that was closed.
func (s story) ended(e ops.Event, run ops.Run) []Notice {
	var n Notice
	switch {
	case e.Kind == ops.RunRolledBack:
		n = s.notice(RolledBack, e, run)
		if !s.closed() {
			n.Audiences = []Audience{Operators, Leaders}
		}
	case e.Kind == ops.RunFailed, e.Kind == ops.RunAborted && !untouched(run):
		n = s.notice(Failed, e, run)
	case e.Kind == ops.RunMissed, e.Kind == ops.RunExpired && len(s.before) > 0:
		n = s.notice(Missed, e, run)
	default:
		return nil
	}
	return []Notice{n}
}

// closed reports whether the run ever closed the edge.
func (s story) closed() bool {
	return slices.ContainsFunc(s.run.Steps, func(step ops.StepRun) bool {
		return step.Kind == ops.CloseEdge && (step.State == ops.StepDone || step.State == ops.StepUndone)
	})
}
