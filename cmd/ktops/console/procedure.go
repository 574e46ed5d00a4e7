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
		{"verify behind the closed edge", is(ops.NotePosition, ops.Verify)},
		{"open the edge, and tell with the report", is(ops.OpenEdge)},
	}
}

func is(kinds ...ops.Kind) func(ops.Step) bool {
	return func(s ops.Step) bool { return slices.Contains(kinds, s.Kind) }
}

func starts(s ops.Step) bool { return s.Kind == ops.StartService || s.Kind == ops.Pin }

// procedure lists the steps of a planned downtime under the nine points of the guide.
func procedure(s Style, p ops.Plan) string {
	before, inside, after := aroundClosing(p.Steps)
	rows := [][]string{{" ", "first, while everything serves", about(before), names(before)}, {"1", "tell those who use it", "", "notices"}}
	for i, point := range points() {
		steps := slices.DeleteFunc(slices.Clone(inside), func(step ops.Step) bool { return !point.of(step) })
		note := names(steps)
		if slices.ContainsFunc(steps, func(step ops.Step) bool { return step.Migrates }) {
			note += s.paint(yellow, "; applies the migrations")
		}
		rows = append(rows, []string{fmt.Sprint(i + 2), point.does, about(steps), note})
	}
	if len(after) > 0 {
		rows = append(rows, []string{" ", "last, while everything serves", about(after), names(after)})
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

// aroundClosing are the steps before the edge is closed, those until it is open again,
// and those after.
func aroundClosing(steps []ops.Step) (before, inside, after []ops.Step) {
	from, to := slices.IndexFunc(steps, is(ops.CloseEdge)), slices.IndexFunc(steps, is(ops.OpenEdge))
	if from < 0 || to < from {
		return steps, nil, nil
	}
	return steps[:from], steps[from : to+1], steps[to+1:]
}

// ClosedEstimate is how long the plan expects to keep callers out.
func ClosedEstimate(p ops.Plan) time.Duration {
	_, inside, _ := aroundClosing(p.Steps)
	return sum(inside)
}

// Fit tells until when a plan can begin in an opening, named as what it is to the plan.
func Fit(s Style, p ops.Plan, o ops.Opening, name string) string {
	latest := LatestStart(p, o)
	start := []string{"Latest safe start", Clock(latest, o.Zone)}
	if late := o.Opens.Sub(latest); late > 0 {
		start = []string{s.paint(red, "Does not fit"), fmt.Sprintf("with the way back it needs %s more than the window has", Duration(late))}
	}
	return "\n" + table("", [][]string{{name, o.Window + ", " + Opening(o)}, start})
}

// LatestStart is the last moment at which a plan still fits into an opening, with the
// way back.
func LatestStart(p ops.Plan, o ops.Opening) time.Time {
	return ops.Fold([]ops.Event{{Kind: ops.RunProposed, Plan: &p, Request: &ops.Request{Opening: &o}}}).LatestStart()
}
