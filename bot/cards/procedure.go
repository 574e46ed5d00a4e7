package cards

import (
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// procedureLines are the nine points of the guide's Planned Downtime Procedure with
// what the plan does at each, for a plan of twenty steps is not read.
func procedureLines(p ops.Plan) []string {
	points := []struct {
		does string
		of   func(ops.Step) bool
	}{
		{"close the edge: 503, a page, Retry-After", is(ops.CloseEdge)},
		{"let answers under way end", is(ops.Drain)},
		{"stop the services", is(ops.StopService)},
		{"", is(ops.Snapshot, ops.TakeBackup, ops.VerifyBackup)},
		{"start the new API, which migrates the database", func(s ops.Step) bool { return ofService(s) && s.Component == ops.API }},
		{"start the rest", func(s ops.Step) bool { return ofService(s) && s.Component != ops.API }},
		{"verify behind the closed edge", is(ops.Verify)},
		{"open the edge, and tell with the report", is(ops.OpenEdge)},
	}
	before, inside := aroundClosing(p.Steps)
	lines := []string{
		fmt.Sprintf("*The procedure*: %s in all, closed for *%s* of it", about(p.Estimate()), about(closedEstimate(p))),
		"While everything still serves: " + beforeText(before),
		"1. tell those who use it",
	}
	for i, point := range points {
		var took time.Duration
		for _, s := range inside {
			if point.of(s) {
				took += s.Estimate
			}
		}
		if point.does == "" {
			point.does = keepText(inside)
		}
		lines = append(lines, fmt.Sprintf("%d. %s (%s)", i+2, point.does, about(took)))
	}
	return lines
}

func is(kinds ...ops.Kind) func(ops.Step) bool {
	return func(s ops.Step) bool { return slices.Contains(kinds, s.Kind) }
}

func ofService(s ops.Step) bool { return s.Kind == ops.StartService || s.Kind == ops.Pin }

// aroundClosing are the steps before the edge is closed, and those from there on.
func aroundClosing(steps []ops.Step) (before, inside []ops.Step) {
	at := slices.IndexFunc(steps, is(ops.CloseEdge))
	if at < 0 {
		return steps, nil
	}
	return steps[:at], steps[at:]
}

func beforeText(steps []ops.Step) string {
	var names []string
	var took time.Duration
	for _, s := range steps {
		names = append(names, inline(s.Name, maxWord))
		took += s.Estimate
	}
	if len(names) == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%s (%s)", listed(names, 5), about(took))
}

// keepText says which way back the closed time makes.
func keepText(inside []ops.Step) string {
	switch {
	case slices.ContainsFunc(inside, is(ops.Snapshot)):
		return "snapshot the database: the exact point to return to"
	case slices.ContainsFunc(inside, is(ops.TakeBackup)):
		return "back the database up and read it back"
	}
	return "keep the database as it is: nothing migrates"
}

// closedEstimate is how long the plan expects to keep callers out.
func closedEstimate(p ops.Plan) time.Duration {
	_, inside := aroundClosing(p.Steps)
	var sum time.Duration
	for _, s := range inside {
		sum += s.Estimate
		if s.Kind == ops.OpenEdge {
			break
		}
	}
	return sum
}
