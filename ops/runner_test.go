package ops_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// approved is an operator with a run that Bob approved.
func approved(t *testing.T, w *world) (*ops.Operator, *memory, ops.Run) {
	t.Helper()
	m := newMemory()
	o := newOperator(m, m, w.environment(onePerson()))
	return o, m, approve(t, o)
}

func approve(t *testing.T, o *ops.Operator) ops.Run {
	t.Helper()
	run, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
	if err == nil {
		run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
	}
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// serve executes runs until stop.
func serve(t *testing.T, o *ops.Operator) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = o.Serve(ctx) })
	return func() { cancel(); wg.Wait() }
}

// until waits for a run to be as wanted, on the simulated clock.
func until(t *testing.T, o *ops.Operator, id string, want func(ops.Run) bool) ops.Run {
	t.Helper()
	for range 600 {
		run, err := o.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if want(run) {
			return run
		}
		time.Sleep(100 * time.Millisecond)
	}
	run, _ := o.Run(t.Context(), id)
	t.Fatalf("run is %s (%s) after a minute", run.State, run.Reason)
	return run
}

func ended(run ops.Run) bool { return !run.State.Open() }
func held(run ops.Run) bool  { return run.State == ops.Held }

func TestRun_DoesEveryStepInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		o, m, run := approved(t, w)
		defer serve(t, o)()
		got := until(t, o, run.ID, ended)
		if got.State != ops.Succeeded || !slices.Equal(w.did(), stepNames(run.Plan)) {
			t.Errorf("%s: %v", got.State, w.did())
		}
		if lease, _ := m.Holder(t.Context(), "production"); lease != nil {
			t.Error("the lease was not given back")
		}
	})
}

func TestRun_FailureBeforeMigrationsIsPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fail["roll api 1/1"] = errors.New("not healthy after 2 minutes")
		o, _, run := approved(t, w)
		defer serve(t, o)()
		got := until(t, o, run.ID, ended)
		if got.State != ops.RolledBack || !strings.Contains(got.Reason, "not healthy after 2 minutes") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		if last := w.did()[len(w.did())-1]; last != "undo roll api 1/1" {
			t.Errorf("did %v", w.did())
		}
	})
}

func TestRun_FailureWithoutMigrationsPutsEverythingBackInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
		w.fail["roll gateway 1/2"] = errors.New("crashed")
		o, _, run := approved(t, w)
		defer serve(t, o)()
		if got := until(t, o, run.ID, ended); got.State != ops.RolledBack {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		want := []string{"undo roll gateway 1/2", "undo pin console_TAG", "undo roll console 1/1", "undo pin api_TAG", "undo roll api 1/1"}
		if did := w.did(); !slices.Equal(did[len(did)-5:], want) {
			t.Errorf("did %v", did)
		}
	})
}

func TestRun_FailureAfterMigrationsIsHeldAndCanBeResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fail["roll gateway 2/2"] = errors.New("crashed")
		o, _, run := approved(t, w)
		defer serve(t, o)()
		got := until(t, o, run.ID, held)
		if !strings.Contains(got.Reason, "1 migration applied, so the previous API cannot start") || strings.Contains(got.Reason, "api_TAG") ||
			!strings.Contains(got.Reason, "gateway_TAG still has the previous version") {
			t.Error(got.Reason)
		}
		if _, err := o.Resume(t.Context(), run.ID, alice); err == nil {
			t.Error("the requester resumed")
		}
		w.mu.Lock()
		delete(w.fail, "roll gateway 2/2")
		w.mu.Unlock()
		if _, err := o.Resume(t.Context(), run.ID, carol); err != nil {
			t.Fatal(err)
		}
		if got = until(t, o, run.ID, ended); got.State != ops.Succeeded || !slices.Equal(w.did(), stepNames(run.Plan)) {
			t.Errorf("%s: %v", got.State, w.did())
		}
	})
}

func TestRun_FailureBeforeAnythingChangedJustFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fail["back up database"] = errors.New("no space left on device")
		o, _, run := approved(t, w)
		defer serve(t, o)()
		got := until(t, o, run.ID, ended)
		if got.State != ops.Failed || !strings.Contains(got.Reason, "no space left on device; nothing was changed") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestRun_FailedUndoIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fail["roll api 1/1"] = errors.New("crashed")
		w.fail["undo roll api 1/1"] = errors.New("engine gone")
		o, _, run := approved(t, w)
		defer serve(t, o)()
		got := until(t, o, run.ID, ended)
		if got.State != ops.Failed || !strings.Contains(got.Reason, "crashed") || !strings.Contains(got.Reason, "engine gone") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func TestHold_StopsAfterTheStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.block["roll console 1/1"] = make(chan struct{})
		w.reached = make(chan string, 100)
		o, _, run := approved(t, w)
		defer serve(t, o)()
		reach(w, "roll console 1/1")
		if _, err := o.Hold(t.Context(), run.ID, alice, "lunch"); err != nil {
			t.Fatal(err)
		}
		close(w.block["roll console 1/1"])
		got := until(t, o, run.ID, held)
		if got.Reason != "held by Alice: lunch" || w.did()[len(w.did())-1] != "roll console 1/1" {
			t.Errorf("%q %v", got.Reason, w.did())
		}
	})
}

func TestAbort_InTheMiddleOfAStepPutsBackWhatIsSafe(t *testing.T) {
	for name, c := range map[string]struct {
		at    string
		state ops.State
		said  string
	}{
		"before anything changed": {"back up database", ops.Aborted, "aborted by Alice; nothing was changed"},
		"before migrations":       {"roll api 1/1", ops.RolledBack, "aborted by Alice"},
		"after migrations":        {"roll gateway 1/2", ops.Aborted, "1 migration applied"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.block[c.at] = make(chan struct{})
				w.reached = make(chan string, 100)
				o, _, run := approved(t, w)
				defer serve(t, o)()
				reach(w, c.at)
				if _, err := o.Abort(t.Context(), run.ID, alice, ""); err != nil {
					t.Fatal(err)
				}
				got := until(t, o, run.ID, ended)
				if got.State != c.state || !strings.Contains(got.Reason, c.said) {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
			})
		})
	}
}

func TestAbort_OfAHeldRunPutsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
		w.block["roll console 1/1"] = make(chan struct{})
		w.reached = make(chan string, 100)
		o, _, run := approved(t, w)
		defer serve(t, o)()
		reach(w, "roll console 1/1")
		if _, err := o.Hold(t.Context(), run.ID, alice, ""); err != nil {
			t.Fatal(err)
		}
		close(w.block["roll console 1/1"])
		until(t, o, run.ID, held)
		if _, err := o.Abort(t.Context(), run.ID, bob, ""); err != nil {
			t.Fatal(err)
		}
		if got := until(t, o, run.ID, ended); got.State != ops.RolledBack {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}

func reach(w *world, step string) {
	for name := range w.reached {
		if name == step {
			return
		}
	}
}

func TestUnlock_NamesWhoHeldItAndFencesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.block["roll api 1/1"] = make(chan struct{})
		w.reached = make(chan string, 100)
		o, m, run := approved(t, w)
		stop := serve(t, o)
		reach(w, "roll api 1/1")
		before, err := m.Holder(t.Context(), "production")
		if err != nil {
			t.Fatal(err)
		}
		lease, err := o.Unlock(t.Context(), "production", bob, "it hangs")
		if err != nil || lease.Owner != before.Owner {
			t.Errorf("%+v %v", lease, err)
		}
		close(w.block["roll api 1/1"])
		got := until(t, o, run.ID, ended)
		stop()
		if got.State != ops.Succeeded || !slices.Equal(w.did(), stepNames(run.Plan)) {
			t.Errorf("taken up again: %s %v", got.State, w.did())
		}
	})
}

// dying is a journal whose process dies at the nth event that a runner appends:
// just before it is durable, or just after.
type dying struct {
	*memory
	at    int
	after bool
	die   context.CancelFunc
	count int
	dead  bool
}

var errDead = errors.New("the process is dead")

func (d *dying) Append(ctx context.Context, e ops.Event) error {
	if d.dead {
		return errDead
	}
	if e.Token == 0 {
		return d.memory.Append(ctx, e)
	}
	d.count++
	if d.count != d.at {
		return d.memory.Append(ctx, e)
	}
	if d.after {
		_ = d.memory.Append(ctx, e)
	}
	d.dead = true
	d.die()
	return errDead
}

// TestRun_DeathAtEveryJournalWriteEndsRight kills the runner before and after each
// event, lets another process take up the run, and wants each step done once.
func TestRun_DeathAtEveryJournalWriteEndsRight(t *testing.T) {
	for _, c := range []struct {
		name string
		fail string
		want ops.State
	}{{"success", "", ops.Succeeded}, {"rollback", "roll api 1/1", ops.RolledBack}} {
		for _, after := range []bool{false, true} {
			for at := 1; ; at++ {
				died := false
				t.Run(fmt.Sprintf("%s/write %d/after %v", c.name, at, after), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t)
						if c.fail != "" {
							w.fail[c.fail] = errors.New("crashed")
						}
						died = dieAndGoOn(t, w, at, after, c.want)
					})
				})
				if !died || t.Failed() {
					break
				}
			}
		}
	}
}

func dieAndGoOn(t *testing.T, w *world, at int, after bool, want ops.State) (died bool) {
	ctx, die := context.WithCancel(t.Context())
	defer die()
	d := &dying{memory: newMemory(), at: at, after: after, die: die}
	first := newOperator(d, d.memory, w.environment(onePerson()))
	run := approve(t, first)
	var wg sync.WaitGroup
	wg.Go(func() { _ = first.Serve(ctx) })
	for range 100 {
		if got, err := first.Run(t.Context(), run.ID); ctx.Err() != nil || (err == nil && ended(got)) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	die()
	wg.Wait()
	second := newOperator(d.memory, d.memory, w.environment(onePerson()))
	defer serve(t, second)()
	got := until(t, second, run.ID, ended)
	if got.State != want {
		t.Errorf("%s: %s", got.State, got.Reason)
	}
	seen := map[string]bool{}
	for _, act := range w.did() {
		if seen[act] && !strings.HasPrefix(act, "undo ") {
			t.Errorf("%q was done twice", act)
		}
		seen[act] = true
	}
	if want == ops.Succeeded && len(seen) != len(run.Plan.Steps) {
		t.Errorf("did %v", w.did())
	}
	return d.dead
}

// A failure that is in the journal is followed by the life that comes after it: to
// try again is for people to say.
func TestRun_StepThatFailedBeforeADeathIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		w.fail["roll api 1/1"] = errors.New("crashed")
		ctx, die := context.WithCancel(t.Context())
		d := &dyingAt{memory: m, kind: ops.StepBroke, die: die}
		first := newOperator(d, m, w.environment(onePerson()))
		run := approve(t, first)
		_ = first.Serve(ctx)
		delete(w.fail, "roll api 1/1")
		second := newOperator(m, m, w.environment(onePerson()))
		defer serve(t, second)()
		if got := until(t, second, run.ID, ended); got.State != ops.RolledBack || !strings.Contains(got.Reason, "crashed") {
			t.Errorf("%s: %s; did %v", got.State, got.Reason, w.did())
		}
	})
}

// dyingAt is a journal whose process dies once an event of the kind is durable.
type dyingAt struct {
	*memory
	kind ops.EventKind
	die  context.CancelFunc
}

func (d *dyingAt) Append(ctx context.Context, e ops.Event) error {
	if err := d.memory.Append(ctx, e); err != nil || e.Kind != d.kind {
		return err
	}
	d.die()
	return errDead
}

func TestServe_LeavesOtherEnvironmentsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, staging := newWorld(t), newWorld(t)
		staging.obs.Environment = "staging"
		m := newMemory()
		o := newOperator(m, m, w.environment(onePerson()), staging.environment(onePerson()))
		run := approve(t, o)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = o.Serve(ctx, "staging")
		if got, err := o.Run(t.Context(), run.ID); err != nil || got.State != ops.Approved {
			t.Errorf("production's run is %s, %v", got.State, err)
		}
	})
}

func TestRun_AfterAHalfUpgradeThatMigratedIsNotPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.obs.Platform.Known = w.obs.Platform.Migrations[:1]
		w.obs.Database.Applied = append(w.obs.Database.Applied, ops.AppliedMigration{Version: 2, Checksum: "b", Success: true})
		w.fail["roll api 1/1"] = errors.New("crashed")
		o, _, run := approved(t, w)
		defer serve(t, o)()
		got := until(t, o, run.ID, held)
		if !strings.Contains(got.Reason, "1 migration applied, so the previous API cannot start") {
			t.Error(got.Reason)
		}
	})
}
