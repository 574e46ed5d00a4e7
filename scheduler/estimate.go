package scheduler

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// learnedFrom is how many earlier occurrences an estimate looks at.
const learnedFrom = 10

// prior is how long a chore is taken to last before it was ever done.
func prior(chore ops.Chore) time.Duration {
	switch chore {
	case ops.ChoreBackup:
		return 15 * time.Minute
	case ops.ChoreDrill:
		return 30 * time.Minute
	}
	return time.Minute
}

// estimate is how long a chore takes in a window: the longest of late.
func (s *Scheduler) estimate(ctx context.Context, o store.Occurrence, chore ops.Chore) (time.Duration, error) {
	ended, err := s.store.Ended(ctx, o.Environment, o.Window, learnedFrom)
	if err != nil {
		return 0, err
	}
	var longest time.Duration
	for _, earlier := range ended {
		for _, done := range earlier.Done {
			if done.Chore == chore && done.Acted && done.Level != ops.Fail {
				longest = max(longest, done.Took)
			}
		}
	}
	if longest == 0 {
		longest = prior(chore)
	}
	return longest, nil
}
