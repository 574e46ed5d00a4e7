package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// Openings lists the coming occurrences of windows that may upgrade; see ops.Calendar.
// One that is open now is among them while an upgrade may still begin in it.
func (s *Scheduler) Openings(ctx context.Context, environment string, at time.Time, n int) ([]ops.Opening, error) {
	plan, _, _ := s.parts()
	kept, err := s.store.Since(ctx, environment, at)
	if err != nil {
		return nil, err
	}
	var list []ops.Opening
	for _, o := range kept {
		if o.State == ops.OpenNow && o.Closes.After(at) && mayUpgrade(o) {
			list = append(list, o.Opening)
		}
	}
	for _, w := range plan.of(environment) {
		if !w.upgrades() {
			continue
		}
		left := n
		for start := w.Schedule.Next(at); left > 0; start = w.Schedule.Next(start.At) {
			if opening := w.opening(start); !isKept(kept, opening) {
				list = append(list, opening)
				left--
			}
		}
	}
	slices.SortStableFunc(list, func(a, b ops.Opening) int { return a.Opens.Compare(b.Opens) })
	return list[:min(len(list), max(n, 0))], nil
}

// mayUpgrade reports whether an upgrade may still begin in an occurrence: it is among
// its chores, and it is not known yet what became of it.
func mayUpgrade(o store.Occurrence) bool {
	return slices.Contains(o.Does, ops.ChoreUpgrade) &&
		!slices.ContainsFunc(o.Done, func(d store.Done) bool { return d.Chore == ops.ChoreUpgrade })
}

// isKept reports whether something became of an opening already: before it comes,
// that it is skipped.
func isKept(kept []store.Occurrence, opening ops.Opening) bool {
	return slices.ContainsFunc(kept, func(o store.Occurrence) bool { return o.Window == opening.Window && o.Key == opening.Key })
}
