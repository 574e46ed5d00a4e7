package ops_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// The edge's own steps change no world but the door.
var atTheEdge = []string{"close edge", "drain", "open edge"}

func TestPlan_WindowHasTheGuidesNinePointsInOrder(t *testing.T) {
	d := newDowntime(t)
	d.obs.Edge = &ops.EdgeState{}
	p, err := ops.NewPlan(d.obs, upgrade(t, "3.0.0", alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"pull images", "back up database", "read backup back",
		"close edge", "drain", "stop gateway", "stop console", "stop api", "snapshot database",
		"start api", "pin api_TAG", "start console", "pin console_TAG", "start gateway", "pin gateway_TAG",
		"verify", "open edge", "prune old backups",
	}
	if got := names(p.Steps); p.Strategy != ops.Window || !slices.Equal(got, want) {
		t.Errorf("%s:\n%q\nwant\n%q", p.Strategy, got, want)
	}
	d.obs.Database.NoSnapshot = "the role lacks CREATEDB"
	p, err = ops.NewPlan(d.obs, upgrade(t, "3.0.0", alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	got := names(p.Steps)
	if slices.Contains(got, "snapshot database") || slices.Index(got, "back up database") < slices.Index(got, "stop api") {
		t.Errorf("without a snapshot the backup belongs behind the closed edge: %q", got)
	}
}

func TestPlan_WindowWithoutMigrationsNeedsNoSnapshot(t *testing.T) {
	d := newDowntime(t)
	d.obs.Edge = &ops.EdgeState{}
	d.obs.Platform.Migrations = d.obs.Platform.Migrations[:1]
	p, err := ops.NewPlan(d.obs, upgrade(t, "3.0.0", alice), ops.DefaultRules())
	if err != nil || slices.Contains(names(p.Steps), "snapshot database") {
		t.Errorf("%q %v", names(p.Steps), err)
	}
}

func TestWindow_ApprovedAheadRunsWhenItOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		o := newOperator(m, m, d.environment(onePerson()))
		run := scheduled(t, o)
		defer serve(t, o)()
		time.Sleep(5 * time.Hour)
		if len(d.did()) > 0 {
			t.Fatalf("it began before its window: %v", d.did())
		}
		other, err := o.Propose(t.Context(), upgrade(t, "3.0.0", alice))
		if err != nil {
			t.Fatalf("a waiting run keeps others out: %v", err)
		}
		if _, err := o.Reject(t.Context(), other.ID, bob, "no"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if _, err := o.Begin(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		got := until(t, o, run.ID, ended)
		if got.State != ops.Succeeded || !slices.Equal(d.did(), without(stepNames(run.Plan), atTheEdge...)) {
			t.Errorf("%s (%s): %v", got.State, got.Reason, d.did())
		}
		d.open(t)
		if got.ClosedFor(time.Now()) < 0 || len(d.door.told) == 0 || d.door.told[0].Doing != "upgrade to 3.0.0" || d.door.told[0].Run != run.ID {
			t.Errorf("the edge was told %+v", d.door.told)
		}
	})
}

func TestWindow_FailureAnywhereEndsOpenOnTheOldVersion(t *testing.T) {
	d := newDowntime(t)
	d.obs.Edge = &ops.EdgeState{}
	plan, err := ops.NewPlan(d.obs, upgrade(t, "3.0.0", alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range without(names(plan.Steps), append(atTheEdge, "prune old backups")...) {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, m := newDowntime(t), newMemory()
				d.fail[step] = errors.New("crashed")
				o, run := begun(t, d, m)
				defer serve(t, o)()
				got := until(t, o, run.ID, ended)
				if want := []ops.State{ops.RolledBack, ops.Failed}; !slices.Contains(want, got.State) || !strings.Contains(got.Reason, "crashed") {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
				d.open(t)
				if v := d.obs.Platform.Service(ops.API).Containers[0].Version; v != version(t, "2.4.3") || len(d.obs.Database.Applied) != 1 {
					t.Errorf("left on %s with %d migrations", v, len(d.obs.Database.Applied))
				}
			})
		})
	}
}

func TestWindow_DeathAtEveryJournalWriteEndsOpen(t *testing.T) {
	for _, c := range []struct {
		name, fail string
		want       ops.State
	}{{"success", "", ops.Succeeded}, {"rollback", "start gateway", ops.RolledBack}} {
		for _, after := range []bool{false, true} {
			for at, died := 1, true; died && !t.Failed(); at++ {
				t.Run(fmt.Sprintf("%s/write %d/after %v", c.name, at, after), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						d := newDowntime(t)
						if c.fail != "" {
							d.fail[c.fail] = errors.New("crashed")
						}
						died = windowDeath(t, d, at, after, c.want)
					})
				})
			}
		}
	}
}

// windowDeath runs a window in a process that dies at its nth write, goes on in
// another and checks how it ends; false when the process lived to the end.
func windowDeath(t *testing.T, d *downtime, at int, after bool, want ops.State) bool {
	t.Helper()
	ctx, die := context.WithCancel(t.Context())
	defer die()
	m := newMemory()
	j := &dying{memory: m, at: at, after: after, die: die}
	first := newOperator(j, m, d.environment(onePerson()))
	run := scheduled(t, first)
	time.Sleep(time.Until(d.calendar.opening.Opens))
	if _, err := first.Begin(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { _ = first.Serve(ctx); close(served) }()
	for ctx.Err() == nil {
		if now, err := newOperator(m, m, d.environment(onePerson())).Run(t.Context(), run.ID); err == nil && ended(now) {
			die()
			break
		}
		time.Sleep(time.Second)
	}
	<-served
	second := newOperator(m, m, d.environment(onePerson()))
	defer serve(t, second)()
	got := until(t, second, run.ID, ended)
	if got.State != want {
		t.Errorf("%s: %s; did %v", got.State, got.Reason, d.did())
	}
	d.open(t)
	return j.dead // its process has ended
}

func TestWindow_DrainEndsWithTheLastAnswerOrSaysWhatWasCut(t *testing.T) {
	for name, c := range map[string]struct {
		lasts time.Duration
		cut   int
		note  string
	}{
		"ended": {30 * time.Second, 0, "all answers ended after 30"},
		"cut":   {time.Hour, 3, "after 2m0s 3 answers still going on"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, m := newDowntime(t), newMemory()
				d.door.streams = 3
				o, run := begun(t, d, m)
				ending := time.AfterFunc(c.lasts, func() {
					d.door.mu.Lock()
					defer d.door.mu.Unlock()
					d.door.streams = 0
				})
				defer ending.Stop()
				defer serve(t, o)()
				time.Sleep(3 * time.Minute)
				got := until(t, o, run.ID, ended)
				for _, s := range got.Steps {
					if s.Kind == ops.Drain && (s.Result.StreamsCut != c.cut || !strings.Contains(s.Result.Note, c.note)) {
						t.Errorf("cut %d: %s", s.Result.StreamsCut, s.Result.Note)
					}
				}
				if got.State != ops.Succeeded {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
			})
		})
	}
}

func TestWindow_PageIsToldHowFarALongStepIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.block["start api"] = make(chan struct{})
		d.reached = make(chan string, 100)
		o, run := begun(t, d, m)
		defer serve(t, o)()
		reach(d.world, "start api")
		time.Sleep(45 * time.Second)
		d.door.mu.Lock()
		last := d.door.told[len(d.door.told)-1]
		d.door.mu.Unlock()
		if last.Now != "start api" || time.Since(last.At) > 11*time.Second || !last.Back.After(time.Now()) {
			t.Errorf("told %+v", last)
		}
		close(d.block["start api"])
		if got := until(t, o, run.ID, ended); got.State != ops.Succeeded {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
	})
}

func TestWindow_OverrunIsSaidOnceWithANewEstimate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.block["start api"] = make(chan struct{})
		d.reached = make(chan string, 100)
		o, run := begun(t, d, m)
		defer serve(t, o)()
		reach(d.world, "start api")
		time.Sleep(2 * time.Hour)
		close(d.block["start api"])
		got := until(t, o, run.ID, ended)
		said := 0
		for _, e := range m.events[run.ID] {
			if e.Kind == ops.RunOverran {
				said++
				if !e.Until.After(d.calendar.opening.Closes) || !strings.Contains(e.Reason, "expected to be through at") {
					t.Errorf("%+v", e)
				}
			}
		}
		if got.State != ops.Succeeded || said != 1 {
			t.Errorf("%s (%s), said %d times", got.State, got.Reason, said)
		}
	})
}

func TestWindow_DoesNotCloseTheEdgeWhenTheRestDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.block["back up database"] = make(chan struct{})
		d.reached = make(chan string, 100)
		o, run := begun(t, d, m)
		defer serve(t, o)()
		reach(d.world, "back up database")
		time.Sleep(119 * time.Minute)
		close(d.block["back up database"])
		got := until(t, o, run.ID, ended)
		if got.State != ops.Missed || len(d.door.told) > 0 || !strings.Contains(got.Reason, "more than is left would be needed") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestWindow_DoesNotMigrateWhenTheRestDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.block["snapshot database"] = make(chan struct{})
		d.reached = make(chan string, 100)
		o, run := begun(t, d, m)
		defer serve(t, o)()
		reach(d.world, "snapshot database")
		time.Sleep(119 * time.Minute)
		close(d.block["snapshot database"])
		got := until(t, o, run.ID, ended)
		if got.State != ops.RolledBack || slices.Contains(d.did(), "start api") || !strings.Contains(got.Reason, "“start api” does not begin") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
	})
}

func TestWindow_DrainThatIsTakenUpAgainLastsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.door.streams = 2
		first, run := begun(t, d, m)
		stop := serve(t, first)
		time.Sleep(100 * time.Second)
		stop()
		second := newOperator(m, m, d.environment(onePerson()))
		defer serve(t, second)()
		time.Sleep(time.Minute)
		if got := until(t, second, run.ID, ended); got.State != ops.Succeeded || got.ClosedFor(time.Now()) > 125*time.Second {
			t.Errorf("%s, closed for %s", got.State, got.ClosedFor(time.Now()))
		}
	})
}

func TestWindow_NobodyClosesTheEdgeAgainWhileItOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.door.slow = time.Minute
		o, run := begun(t, d, m)
		defer serve(t, o)()
		time.Sleep(90 * time.Second)
		if got := until(t, o, run.ID, ended); got.State != ops.Succeeded {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
		for _, c := range d.door.told {
			if c.Now == "open edge" {
				t.Errorf("it was told %+v, which closes it, while it was being opened", c)
			}
		}
	})
}

func TestWindow_EdgeThatCannotBeClosedChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDowntime(t), newMemory()
		d.door.broken = errors.New("nginx: configuration file test failed")
		o, run := begun(t, d, m)
		defer serve(t, o)()
		got := until(t, o, run.ID, ended)
		if got.State != ops.RolledBack && got.State != ops.Failed || !strings.Contains(got.Reason, "test failed") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		d.open(t)
	})
}
