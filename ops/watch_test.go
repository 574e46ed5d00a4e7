package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// watchPeriod is how long the tests' environment watches a release.
const watchPeriod = 10 * time.Minute

// watcher stands in for the watch: it finds what it is told, or waits until the period
// that the run's first beginning started is over.
type watcher struct{ finds *ops.Regression }

func (w watcher) Done(_ context.Context, task ops.Task) (bool, ops.Result, error) {
	for _, s := range task.Run.Steps {
		if s.Name == task.Step.Name && s.AcceptedBy != nil {
			return true, ops.Result{Note: "accepted by " + s.AcceptedBy.String()}, nil
		}
	}
	return false, ops.Result{}, nil
}

func (w watcher) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	if w.finds != nil {
		return ops.Result{}, w.finds
	}
	for _, s := range task.Run.Steps {
		if s.Name == task.Step.Name {
			select {
			case <-time.After(time.Until(s.Started.Add(watchPeriod))):
			case <-ctx.Done():
				return ops.Result{}, ctx.Err()
			}
		}
	}
	return ops.Result{}, nil
}

// watching is an operator whose environment watches releases, with an approved run.
func watching(t *testing.T, w *world, finds *ops.Regression, then ops.OnRegression) (*ops.Operator, ops.Run) {
	t.Helper()
	env := w.environment(onePerson())
	env.Rules.Watch = ops.Watching{For: watchPeriod, OnRegression: then}
	env.Handlers[ops.Baseline] = handler{w}
	env.Handlers[ops.Watch] = watcher{finds}
	m := newMemory()
	o := newOperator(m, m, env)
	return o, approve(t, o)
}

func fivePercent() *ops.Regression {
	return &ops.Regression{Component: ops.Gateway, Metric: "error ratio", Before: 0.001, After: 0.05, Samples: 600, Picture: "▏\n█"}
}

// unmigrated is a world whose upgrade applies no migration.
func unmigrated(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
	return w
}

func TestNewPlan_ReadsMetricsFirstAndWatchesBeforeItTidiesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, run := watching(t, newWorld(t), nil, ops.HoldOnRegression)
		names := stepNames(run.Plan)
		if last := names[len(names)-2:]; names[0] != "read metrics" || last[0] != "watch" || last[1] != "prune old backups" {
			t.Errorf("steps are %v", names)
		}
		if watch := run.Plan.Steps[len(names)-2]; watch.Estimate != watchPeriod {
			t.Errorf("the watch is estimated at %s", watch.Estimate)
		}
	})
}

func TestRun_IsHeldByARegressionAndCallsAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := unmigrated(t)
		o, run := watching(t, w, fivePercent(), ops.HoldOnRegression)
		defer serve(t, o)()
		got := until(t, o, run.ID, held)
		if !strings.Contains(got.Reason, "error ratio of the gateway rose from 0.10 % to 5.0 % (600 requests)") || !strings.Contains(got.Reason, "rollback "+run.ID) {
			t.Errorf("held because %q", got.Reason)
		}
		if got.AlarmedAt.IsZero() {
			t.Error("nobody was called")
		}
		if r := got.Current().Result.Regression; r == nil || r.Picture == "" {
			t.Errorf("the step keeps %+v", r)
		}
		if slices.ContainsFunc(w.did(), func(s string) bool { return strings.HasPrefix(s, "undo") }) {
			t.Errorf("something was put back: %v", w.did())
		}
	})
}

func TestRun_GoesOnWhenARegressionIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, run := watching(t, newWorld(t), fivePercent(), ops.HoldOnRegression)
		defer serve(t, o)()
		until(t, o, run.ID, held)
		if _, err := o.Resume(t.Context(), run.ID, bob); err != nil {
			t.Fatal(err)
		}
		got := until(t, o, run.ID, ended)
		watch := got.Steps[len(got.Steps)-2]
		if got.State != ops.Succeeded || watch.Result.Note != "accepted by Bob" {
			t.Errorf("%s: %+v", got.State, watch)
		}
	})
}

func TestRun_PutsAWorseReleaseBackByItselfOnlyWhereNothingIsLost(t *testing.T) {
	tests := map[string]struct {
		world func(*testing.T) *world
		want  ops.State
	}{
		"no migration ran": {unmigrated, ops.RolledBack},
		"a migration ran":  {newWorld, ops.Held},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := test.world(t)
				o, run := watching(t, w, fivePercent(), ops.BackOnRegression)
				defer serve(t, o)()
				got := until(t, o, run.ID, func(r ops.Run) bool { return held(r) || ended(r) })
				if got.State != test.want || got.AlarmedAt.IsZero() {
					t.Errorf("%s (%s), alarmed at %s", got.State, got.Reason, got.AlarmedAt)
				}
			})
		})
	}
}

func TestRun_WatchIsHeldAtOnceAndLastsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, run := watching(t, newWorld(t), nil, ops.HoldOnRegression)
		defer serve(t, o)()
		began := until(t, o, run.ID, func(r ops.Run) bool {
			return r.Current() != nil && r.Current().Name == "watch" && r.Current().State == ops.StepStarted
		})
		started := began.Current().Started
		if _, err := o.Hold(t.Context(), run.ID, alice, "a look"); err != nil {
			t.Fatal(err)
		}
		until(t, o, run.ID, held)
		if _, err := o.Resume(t.Context(), run.ID, bob); err != nil {
			t.Fatal(err)
		}
		time.Sleep(watchPeriod)
		got := until(t, o, run.ID, ended)
		if watch := got.Steps[len(got.Steps)-2]; got.State != ops.Succeeded || !watch.Started.Equal(started) || watch.Took() != watchPeriod {
			t.Errorf("%s: began %s and then %s, took %s", got.State, started, watch.Started, watch.Took())
		}
	})
}

func TestRun_WatchIsTakenUpAgainForTheRestOfItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, run := watching(t, newWorld(t), nil, ops.HoldOnRegression)
		stop := serve(t, o)
		began := until(t, o, run.ID, func(r ops.Run) bool {
			return r.Current() != nil && r.Current().Name == "watch" && r.Current().State == ops.StepStarted
		})
		stop()
		time.Sleep(watchPeriod / 2)
		defer serve(t, o)()
		time.Sleep(watchPeriod / 2)
		got := until(t, o, run.ID, ended)
		if took := got.EndedAt.Sub(began.Current().Started); took > watchPeriod+time.Minute {
			t.Errorf("the watch took %s in all", took)
		}
	})
}

func TestRun_WatchIsNoPartOfWhatAWindowMustHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, run := watching(t, newWorld(t), nil, ops.HoldOnRegression)
		_, _, plain := approved(t, newWorld(t))
		run.Opening = &ops.Opening{Closes: time.Now().Add(time.Hour)}
		plain.Opening = run.Opening
		if differ := plain.LatestStart().Sub(run.LatestStart()); differ > 10*time.Second {
			t.Errorf("with a watch it must begin %s earlier", differ)
		}
	})
}
