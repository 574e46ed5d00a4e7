package ops

import (
	"context"
	"sync"
	"time"
)

// pageTold is how often a closed edge is told how far the run is. Retry-After is
// never staler than this.
const pageTold = 10 * time.Second

// doorman keeps what the closed edge tells callers true while a step goes on, and
// announces once the run will overrun its window. The caller must call the
// function it returns before the edge is opened.
func (r *runner) doorman(ctx context.Context, run Run, step StepRun) (stop func()) {
	if _, closed := run.EdgeClosed(); !closed || step.Kind == OpenEdge || step.Kind == Drain {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var standing sync.WaitGroup
	standing.Go(func() {
		tick := time.NewTicker(pageTold)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now, left := r.operator.hub.latest(run)
			left -= now.toWatch() // behind the open edge
			// Half a change of the edge helps nobody: it is carried through.
			telling, done := context.WithTimeout(context.WithoutCancel(ctx), pageTold)
			if state, err := r.env.Edge.Look(telling); err == nil && (state.Closed == nil || state.Closed.Run != now.ID) {
				done()
				continue // somebody opened it, and users may be writing already
			}
			if err := r.env.Edge.Close(telling, now.closure(time.Now(), left, step.Name)); err != nil {
				r.log.WithError(err).Warn("cannot tell the edge how far the run is")
			}
			done()
			r.sayOverrun(ctx, now, left)
		}
	})
	return func() {
		cancel()
		standing.Wait()
	}
}

// sayOverrun records that the run will not be through before its window closes.
func (r *runner) sayOverrun(ctx context.Context, run Run, left time.Duration) {
	until, news := run.overruns(time.Now(), left)
	if !news {
		return
	}
	reason := "the window closes at " + ClockText(run.Opening.Closes, run.Opening.Zone) + ", the run is expected to be through at " + ClockText(until, run.Opening.Zone)
	if _, err := r.append(ctx, Event{Kind: RunOverran, Until: until, Reason: reason}); err != nil && ctx.Err() == nil {
		r.log.WithError(err).Warn("cannot record that the run overruns its window")
	}
}
