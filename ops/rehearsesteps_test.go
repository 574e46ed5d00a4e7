package ops_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestRehearsal_TriesTheTargetOnACopyAndLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		o := newOperator(m, m, r.environment(onePerson()))
		defer serve(t, o)()
		run := rehearsed(t, o)
		want := []string{"clear", "restore", "try current 2.4.3", "in use", "watch", "try target 2.5.0", "measure", "ask current", "try previous 2.4.3", "clear", "drop"}
		if run.State != ops.Succeeded || !slices.Equal(r.noted(), want) || r.left() > 0 {
			t.Fatalf("%s (%s): %q, %d left", run.State, run.Reason, r.noted(), r.left())
		}
		got := run.Rehearsal()
		if got == nil || got.Failed != "" || !got.Answers.OK || !got.Starts.OK || got.Boot != 2*time.Second || got.Restore != 4*time.Second ||
			got.Backup != r.backup.File || len(got.Pending) != 1 || got.Pending[0].Version != 2 || got.Bytes != 100<<20 || got.Growth != 1<<20 {
			t.Errorf("it has shown %+v", got)
		}
		if !slices.Equal(r.did(), []string{"pull images"}) {
			t.Errorf("it changed %v", r.did())
		}
		list, err := o.Rehearsals(t.Context(), "production")
		if err != nil || len(list) != 1 || list[0].Target != run.Plan.Target {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestRehearsal_TellsWhatItFinds(t *testing.T) {
	for _, c := range []struct {
		name, broken string
		say          string
		want         func(ops.Rehearsal) bool
	}{
		{"the target does not come up", "target", "does not come up on this data: duplicate key",
			func(r ops.Rehearsal) bool {
				return r.Failed == "duplicate key" && r.Answers.Fact == "" && r.Starts.Fact == "" && len(r.Migrations) == 1
			}},
		{"the API that runs cannot live with it", "ask current", "2.4.3 does not answer on the migrated schema: duplicate key",
			func(r ops.Rehearsal) bool {
				return r.Failed == "" && !r.Answers.OK && r.Answers.Fact == "duplicate key" && r.Starts.OK
			}},
		{"the previous image does not start", "previous", "images alone cannot go back: duplicate key",
			func(r ops.Rehearsal) bool {
				return r.Answers.OK && !r.Starts.OK && r.Starts.Fact == "duplicate key"
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, m := newRoom(t), newMemory()
				r.broken[c.broken] = ops.TrialFailed{Reason: errors.New("duplicate key")}
				o := newOperator(m, m, r.environment(onePerson()))
				defer serve(t, o)()
				run := rehearsed(t, o)
				if run.State != ops.Succeeded || r.left() > 0 {
					t.Fatalf("%s (%s), %d left", run.State, run.Reason, r.left())
				}
				if got := run.Rehearsal(); got == nil || !c.want(*got) || !strings.Contains(got.Summary(), c.say) {
					t.Errorf("it has shown %+v", got)
				}
			})
		})
	}
}

func TestRehearsal_ThatFailsLeavesNothingAndSaysSo(t *testing.T) {
	for _, broken := range []string{"restore", "current", "in use", "watch", "measure", "target", "previous"} {
		t.Run(broken, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, m := newRoom(t), newMemory()
				r.broken[broken] = errors.New("the server is gone")
				o := newOperator(m, m, r.environment(onePerson()))
				defer serve(t, o)()
				run := rehearsed(t, o)
				if run.State != ops.RolledBack || !strings.Contains(run.Reason, "the server is gone") || !strings.Contains(run.Reason, "nothing was changed") {
					t.Errorf("%s: %s", run.State, run.Reason)
				}
				if r.left() > 0 || run.Rehearsal() != nil {
					t.Errorf("%d left, shown %+v", r.left(), run.Rehearsal())
				}
			})
		})
	}
}

func TestRehearsal_ThatFailsOnASchemaAheadOfTheAPIIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		r.obs.Platform.Known = r.obs.Platform.Migrations[:1]
		r.obs.Database.Applied = append(r.obs.Database.Applied, ops.AppliedMigration{Version: 2, Checksum: "b", Success: true})
		r.broken["measure"] = errors.New("the server is gone")
		o := newOperator(m, m, r.environment(onePerson()))
		defer serve(t, o)()
		run := rehearsed(t, o)
		if run.Plan.Facts.Beyond != 1 || run.State != ops.RolledBack || r.left() > 0 {
			t.Errorf("%s (%s) with %d beyond, %d left", run.State, run.Reason, run.Plan.Facts.Beyond, r.left())
		}
	})
}

func TestRehearsal_NeverStartsTheTargetUnlessTheCopyIsInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		r.broken["in use"] = errors.New("the API does not use the copy")
		o := newOperator(m, m, r.environment(onePerson()))
		defer serve(t, o)()
		run := rehearsed(t, o)
		if run.State != ops.RolledBack || !strings.Contains(run.Reason, "the API does not use the copy") || run.Rehearsal() != nil || r.left() > 0 {
			t.Errorf("%s (%s), %d left", run.State, run.Reason, r.left())
		}
		if noted := r.noted(); slices.Contains(noted, "watch") || slices.Contains(noted, "try target 2.5.0") {
			t.Errorf("the target was started: %q", noted)
		}
	})
}

func TestRehearsal_IsAbortedAtOnceAndClearsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		r.waits["target"], r.trying = make(chan struct{}), make(chan string, 10)
		o := newOperator(m, m, r.environment(onePerson()))
		defer serve(t, o)()
		run, err := o.Propose(t.Context(), rehearsal(t))
		if err != nil {
			t.Fatal(err)
		}
		for <-r.trying != "target" {
			continue
		}
		urgent := upgrade(t, "2.5.0", bob)
		urgent.Urgent, urgent.Reason = true, "CVE"
		_, err = o.Propose(t.Context(), urgent)
		if try := refusal(t, err).Try; !slices.Equal(try, []string{"abort " + run.ID}) {
			t.Errorf("who is in a hurry is told %q", try)
		}
		if _, err := o.Abort(t.Context(), run.ID, bob, "CVE"); err != nil {
			t.Fatal(err)
		}
		got := until(t, o, run.ID, ended)
		if got.State != ops.RolledBack || !strings.Contains(got.Reason, "aborted by Bob; nothing was changed") || r.left() > 0 {
			t.Errorf("%s (%s), %d left", got.State, got.Reason, r.left())
		}
	})
}

func TestRehearsal_AfterACrashBeginsOnANewCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		r.waits["target"], r.trying = make(chan struct{}), make(chan string, 10)
		o := newOperator(m, m, r.environment(onePerson()))
		stop := serve(t, o)
		run, err := o.Propose(t.Context(), rehearsal(t))
		if err != nil {
			t.Fatal(err)
		}
		for <-r.trying != "target" {
			continue
		}
		stop()
		close(r.waits["target"])
		next := newOperator(m, m, r.environment(onePerson()))
		defer serve(t, next)()
		got := until(t, next, run.ID, ended)
		restores := 0
		for _, what := range r.noted() {
			if what == "restore" {
				restores++
			}
		}
		if got.State != ops.Succeeded || restores != 2 || r.left() > 0 || got.Rehearsal() == nil {
			t.Errorf("%s (%s): %q, %d left", got.State, got.Reason, r.noted(), r.left())
		}
	})
}

func TestRehearsal_GoesOnInAFreeze(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		env := r.environment(onePerson())
		env.Calendar = &tonight{freeze: &ops.Freeze{Reason: "sale", From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)}}
		o := newOperator(m, m, env)
		defer serve(t, o)()
		if run := rehearsed(t, o); run.State != ops.Succeeded {
			t.Errorf("%s (%s)", run.State, run.Reason)
		}
	})
}
