package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// point is one of the nine points of the guide's Planned Downtime Procedure.
type point struct {
	does string
	of   func(ops.Step) bool
}

func points() []point {
	return []point{
		{"close the edge: 503, a page, Retry-After", is(ops.CloseEdge)},
		{"let answers under way end", is(ops.Drain)},
		{"stop the services", is(ops.StopService)},
		{"keep the database", is(ops.Snapshot, ops.TakeBackup, ops.VerifyBackup)},
		{"upgrade the API", func(s ops.Step) bool { return starts(s) && s.Component == ops.API }},
		{"start the rest", func(s ops.Step) bool { return starts(s) && s.Component != ops.API }},
		{"verify behind the closed edge", is(ops.Verify)},
		{"open the edge, and tell with the report", is(ops.OpenEdge)},
	}
}

func is(kinds ...ops.Kind) func(ops.Step) bool {
	return func(s ops.Step) bool { return slices.Contains(kinds, s.Kind) }
}

func starts(s ops.Step) bool { return s.Kind == ops.StartService || s.Kind == ops.Pin }

// procedure lists the steps of a planned downtime under the nine points of the guide.
func procedure(s Style, p ops.Plan) string {
	before, inside := aroundClosing(p.Steps)
	rows := [][]string{{" ", "first, while everything serves", about(before), names(before)}, {"1", "tell those who use it", "", "notices"}}
	for i, point := range points() {
		steps := slices.DeleteFunc(slices.Clone(inside), func(step ops.Step) bool { return !point.of(step) })
		note := names(steps)
		if slices.ContainsFunc(steps, func(step ops.Step) bool { return step.Migrates }) {
			note += s.paint(yellow, "; applies the migrations")
		}
		rows = append(rows, []string{fmt.Sprint(i + 2), point.does, about(steps), note})
	}
	return fmt.Sprintf("\nProcedure, about %s together, closed for about %s of it\n%s",
		Duration(p.Estimate()), s.paint(bold, Duration(ClosedEstimate(p))), table("  ", rows))
}

func about(steps []ops.Step) string {
	if len(steps) == 0 {
		return ""
	}
	return "about " + Duration(sum(steps))
}

func names(steps []ops.Step) string {
	if len(steps) == 0 {
		return "nothing to do"
	}
	list := make([]string, len(steps))
	for i, step := range steps {
		list[i] = step.Name
	}
	return strings.Join(list, ", ")
}

func sum(steps []ops.Step) time.Duration { return ops.Plan{Steps: steps}.Estimate() }

// aroundClosing are the steps before the edge is closed, and those from there on.
func aroundClosing(steps []ops.Step) (before, inside []ops.Step) {
	at := slices.IndexFunc(steps, is(ops.CloseEdge))
	if at < 0 {
		return steps, nil
	}
	return steps[:at], steps[at:]
}

// ClosedEstimate is how long the plan expects to keep callers out.
func ClosedEstimate(p ops.Plan) time.Duration {
	_, inside := aroundClosing(p.Steps)
	if end := slices.IndexFunc(inside, is(ops.OpenEdge)); end >= 0 {
		inside = inside[:end+1]
	}
	return sum(inside)
}

// Fit tells into which opening a plan would go, and until when it can begin there.
func Fit(s Style, p ops.Plan, o ops.Opening) string {
	text := fmt.Sprintf("Opening  %s, %s\n", o.Window, Opening(o))
	latest := LatestStart(p, o)
	if late := o.Opens.Sub(latest); late > 0 {
		return text + s.paint(red, "Does not fit") + fmt.Sprintf(": with the way back it needs %s more than the window has\n", Duration(late))
	}
	return text + "Latest safe start " + Clock(latest, o.Zone) + "\n"
}

// LatestStart is the last moment at which a plan still fits into an opening, with the
// way back.
func LatestStart(p ops.Plan, o ops.Opening) time.Time {
	return ops.Fold([]ops.Event{{Kind: ops.RunProposed, Plan: &p, Request: &ops.Request{Opening: &o}}}).LatestStart()
}
