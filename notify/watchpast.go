package notify

import (
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// evermore is after whatever a run has to tell.
const evermore = 100 * 365 * 24 * time.Hour

// limited is a notice that is not sent any more once what it tells is past. Later are
// the events after the one that was reason for it.
func (s story) limited(n Notice, later []ops.Event) Notice {
	i := slices.IndexFunc(later, func(e ops.Event) bool { return s.ends(n.Kind, e) })
	if i < 0 {
		return n
	}
	over := later[i].At
	if n.Kind == Opened || n.Kind == Overrun {
		over = over.Add(stillNews)
	}
	n.Deadline = earlier(n.Deadline, over)
	return n
}

// over are the notices that are raised already and not to be sent any more.
func (s story) over() []withdrawal {
	var over []withdrawal
	for _, kind := range []Kind{Upcoming, MaintenanceEnding, Held, AsksAgain, Cancelled} {
		for _, e := range slices.Backward(s.events) {
			if !s.ends(kind, e) {
				continue
			}
			w := withdrawal{kind, e.At}
			if kind != Held && kind != AsksAgain {
				w.before = e.At.Add(evermore) // they are raised before their time
			}
			over = append(over, w)
			break
		}
	}
	return over
}

// ends reports whether notices of a kind are not true any more after an event.
func (s story) ends(kind Kind, e ops.Event) bool {
	switch kind {
	case Upcoming:
		return e.Kind == ops.RunOpened || endsRun(e)
	case AsksAgain:
		return e.Kind == ops.RunApproved || endsRun(e)
	case Held:
		return e.Kind == ops.RunResumed || e.Kind == ops.RunUndoing || endsRun(e)
	case Opened, Overrun, MaintenanceEnding:
		return s.opensEdge(e)
	case Cancelled:
		return e.Kind == ops.RunVoid && s.again
	}
	return false
}

func endsRun(e ops.Event) bool {
	switch e.Kind {
	case ops.RunRejected, ops.RunExpired, ops.RunVoid, ops.RunMissed, ops.RunSucceeded, ops.RunRolledBack, ops.RunFailed, ops.RunAborted:
		return true
	}
	return false
}

// opensEdge reports whether users are let in from an event on.
func (s story) opensEdge(e ops.Event) bool {
	kind := ops.Kind("")
	if i := slices.IndexFunc(s.run.Steps, func(step ops.StepRun) bool { return step.Name == e.Step }); i >= 0 {
		kind = s.run.Steps[i].Kind
	}
	switch e.Kind {
	case ops.EdgeOpened:
		return true
	case ops.StepEnded:
		return kind == ops.OpenEdge
	case ops.StepReverted:
		return kind == ops.CloseEdge
	}
	return false
}

// cancelled says that a run which may have been announced does not take place; nil
// while it may, or when it began to. All who were invited are told, whatever else
// operators are told about it.
func (s story) cancelled() *Notice {
	i := slices.IndexFunc(s.events, endsRun)
	if i < 0 || s.run.State == ops.Succeeded || s.run.Opening == nil || s.closed() || s.ends(Cancelled, s.events[i]) {
		return nil
	}
	n := s.notice(Cancelled, s.events[i], s.run)
	if s.run.State == ops.Void {
		n.At = n.At.Add(secondThought)
	}
	return &n
}
