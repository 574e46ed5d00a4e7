package scheduler

import "time"

// SetClock has the scheduler look at another wall clock.
func SetClock(s *Scheduler, now func() time.Time) { s.now = now }
