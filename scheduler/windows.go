package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

const (
	// nextShown is how many openings of a window are told ahead.
	nextShown = 5
	// historyShown is how many occurrences are told where nobody says how many.
	historyShown = 20
)

// Windows tells what comes next in the windows of an environment, of all when it is
// empty.
func (s *Scheduler) Windows(ctx context.Context, environment string) ([]ops.WindowState, error) {
	plan, operator, _ := s.parts()
	now := s.now()
	var states []ops.WindowState
	for _, w := range plan.of(environment) {
		kept, err := s.store.Since(ctx, w.Environment, now)
		if err != nil {
			return nil, err
		}
		var runs []ops.Run
		if operator != nil {
			if runs, err = openRuns(ctx, operator, w.Environment); err != nil {
				return nil, err
			}
		}
		states = append(states, state(w, kept, runs, now))
	}
	return states, nil
}

func state(w Window, kept []store.Occurrence, runs []ops.Run, now time.Time) ops.WindowState {
	state := ops.WindowState{
		Environment: w.Environment, Name: w.Name, Cron: w.Schedule.Cron, Zone: w.Schedule.Zone,
		Duration: w.Duration, Does: w.Does, Pinned: w.Target,
	}
	for _, o := range kept {
		if o.Window == w.Name && o.State == ops.OpenNow {
			state.Next = append(state.Next, o.Occurrence)
		}
	}
	for start := w.Schedule.Next(now); len(state.Next) < nextShown; start = w.Schedule.Next(start.At) {
		state.Next = append(state.Next, coming(w, w.opening(start), kept, runs))
	}
	last := state.Next[len(state.Next)-1].Opens
	if change, ok := w.Schedule.NextChange(now, last); ok {
		state.Change = &ops.ClockChange{At: change.At, Before: change.Before, After: change.After}
	}
	return state
}

// coming is an opening that has not come, with what is known about it.
func coming(w Window, opening ops.Opening, kept []store.Occurrence, runs []ops.Run) ops.Occurrence {
	o := ops.Occurrence{Environment: w.Environment, Opening: opening, State: ops.Coming}
	if i := slices.IndexFunc(kept, func(k store.Occurrence) bool { return k.Window == opening.Window && k.Key == opening.Key }); i >= 0 {
		o = kept[i].Occurrence
	}
	if i := slices.IndexFunc(runs, func(r ops.Run) bool { return isInto(r, opening) }); i >= 0 {
		o.Run = runs[i].ID
	}
	return o
}

// Occurrences is the history of an environment's windows, of all when it is empty,
// newest first.
func (s *Scheduler) Occurrences(ctx context.Context, environment string, limit int) ([]ops.Occurrence, error) {
	if limit <= 0 {
		limit = historyShown
	}
	kept, err := s.store.Newest(ctx, environment, s.now(), limit)
	if err != nil {
		return nil, err
	}
	list := make([]ops.Occurrence, len(kept))
	for i, o := range kept {
		list[i] = o.Occurrence
	}
	return list, nil
}
