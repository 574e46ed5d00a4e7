package cards

import (
	"slices"

	"github.com/keeptrusts/ktops/ops"
)

// windowTold is what the thread says of what happens around a window and the edge;
// false for other events.
func windowTold(e ops.Event, run ops.Run) (Told, bool) {
	switch e.Kind {
	case ops.RunOpened:
		return line("🗓️ %s: it begins", orDash(inline(e.Reason, maxLine))), true
	case ops.RunMissed:
		return loud("⌛ %s, %s *was not run: its window passed unused*%s", called(run), safeTitle(run), because(e.Reason)), true
	case ops.RunVoid:
		if run.Opening == nil {
			return Told{}, false
		}
		return loud("🌀 %s, %s *is void*%s", called(run), safeTitle(run), because(e.Reason)), true
	case ops.RunOverran:
		return loud("🔴 %s *overruns its window*%s", safeTitle(run), because(e.Reason)), true
	case ops.ReopenAsked:
		return line("🚪 %s asked to open the edge now%s", person(e.Actor), because(e.Reason)), true
	case ops.EdgeOpened:
		return loud("🚪 *The edge was opened by the dead-man rule*%s", because(e.Reason)), true
	case ops.Alarm:
		return alarmTold(e, run), true
	}
	return Told{}, false
}

// called mentions who asked for a run and who approved it: they are to look.
func called(run ops.Run) string {
	names := []string{person(run.Request.By)}
	for _, a := range run.Approvals {
		if name := person(a.By); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return listed(names, 10)
}

// doneText is what the thread says a run came to.
func doneText(run ops.Run) string {
	took := run.ClosedFor(run.EndedAt)
	switch {
	case run.Request.Maintenance != nil:
		return "open again after " + duration(took)
	case took > 0:
		return "closed for *" + duration(took) + "*, " + probeField(run.Probe)
	}
	return probeField(run.Probe)
}

// AskedAgain tells in the thread of a run that drifted which one took its place.
func AskedAgain(s Successor) Card {
	if s.Link == "" {
		return Plain("🌀 It is asked for again, as run " + code(s.Run, maxWord) + ".")
	}
	return Plain("🌀 It is asked for again: <" + s.Link + "|" + inline(s.Run, maxWord) + ">")
}
