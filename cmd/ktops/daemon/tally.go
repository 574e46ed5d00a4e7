package daemon

import (
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// tally remembers what was counted: an update tells the whole run each time, and
// one that is taken up after a restart tells what an earlier process counted.
type tally struct {
	since time.Time
	steps map[stepKey]bool
	runs  map[string]bool
	open  map[string]ops.State // by run
}

// stepKey is one attempt of a step.
type stepKey struct {
	run, step string
	attempt   int
}

// newSteps are the steps that have been done since the last update.
func (t *tally) newSteps(r ops.Run) []ops.StepRun {
	var done []ops.StepRun
	for _, step := range r.Steps {
		key := stepKey{r.ID, step.Name, step.Attempts}
		if step.State != ops.StepDone || step.Ended.Before(t.since) || t.steps[key] {
			continue
		}
		t.steps[key] = true
		done = append(done, step)
	}
	return done
}

// ended reports once that a run has ended, and forgets it.
func (t *tally) ended(r ops.Run) bool {
	if r.State.Open() || r.EndedAt.Before(t.since) || t.runs[r.ID] {
		return false
	}
	t.runs[r.ID] = true
	for key := range t.steps {
		if key.run == r.ID {
			delete(t.steps, key)
		}
	}
	return true
}

// moved tells which open state a run was in and which it is in now; empty for none.
func (t *tally) moved(r ops.Run) (before, after ops.State) {
	before = t.open[r.ID]
	if r.State.Open() {
		after = r.State
		t.open[r.ID] = after
	} else {
		delete(t.open, r.ID)
	}
	return before, after
}
