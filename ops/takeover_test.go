package ops_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// overtaken lets something happen between the look at the journal and the lease.
type overtaken struct {
	*memory
	meanwhile func()
}

func (l *overtaken) Acquire(ctx context.Context, environment, owner string, ttl time.Duration) (ops.Lease, error) {
	l.meanwhile()
	return l.memory.Acquire(ctx, environment, owner, ttl)
}

func TestServe_RunThatAnotherProcessEndedOrHeldMeanwhileIsLeftAlone(t *testing.T) {
	for kind, want := range map[ops.EventKind]ops.State{
		ops.RunAborted: ops.Aborted, ops.RunHeld: ops.Held, ops.RunSucceeded: ops.Succeeded,
	} {
		t.Run(string(want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, l := newWorld(t), &overtaken{memory: newMemory()}
				o := newOperator(l.memory, l, w.environment(onePerson()))
				run := approve(t, o)
				l.meanwhile = func() {
					e := ops.Event{Run: run.ID, Seq: len(l.events[run.ID]) + 1, Kind: kind, At: time.Now(), Actor: ops.Ktops()}
					if now, err := o.Run(t.Context(), run.ID); err == nil && now.State != want {
						_ = l.Append(t.Context(), e)
					}
				}
				defer serve(t, o)()
				synctest.Wait()
				got, err := o.Run(t.Context(), run.ID)
				if err != nil || got.State != want || len(w.did()) > 0 {
					t.Errorf("%s, did %v, %v", got.State, w.did(), err)
				}
			})
		})
	}
}

func TestSteer_AnAbortIsNeverLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		o, m, run := approved(t, w)
		if _, err := o.Abort(t.Context(), run.ID, alice, ""); err != nil {
			t.Fatal(err)
		}
		_, err := o.Hold(t.Context(), run.ID, bob, "")
		refusal(t, err)
		held := ops.Event{Run: run.ID, Seq: len(m.events[run.ID]) + 1, Kind: ops.RunHeld, At: time.Now(), Actor: ops.Ktops(), Reason: "a step failed"}
		if err := m.Append(t.Context(), held); err != nil { // the runner held it in the same moment
			t.Fatal(err)
		}
		_, err = o.Resume(t.Context(), run.ID, bob)
		refusal(t, err)
		defer serve(t, o)()
		if got := until(t, o, run.ID, ended); got.State != ops.Aborted || slices.Contains(w.did(), "roll api 1/1") {
			t.Errorf("%s, did %v", got.State, w.did())
		}
	})
}

// gone is the number of a process that has ended.
func gone(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(cmd.Process.Pid)
}

// holderLike is how this process names itself as a holder of leases.
func holderLike(t *testing.T) string {
	t.Helper()
	_, m, done := backingUp(t)
	synctest.Wait()
	lease, err := m.Holder(t.Context(), "production")
	if err != nil || lease == nil {
		t.Fatal(lease, err)
	}
	<-done
	return lease.Owner
}

func TestServe_TakesOverAtOnceOnlyFromAProcessThatIsSurelyGone(t *testing.T) {
	dead := gone(t)
	for name, c := range map[string]struct {
		change func(owner string) string
		wait   time.Duration
	}{
		"dead": {func(o string) string {
			return strings.Replace(o, "/"+strconv.Itoa(os.Getpid())+"/", "/"+dead+"/", 1)
		}, 0},
		"alive":              {func(o string) string { return strings.Replace(o, "/"+strconv.Itoa(os.Getpid())+"/", "/1/", 1) }, ops.LeaseTTL},
		"in another host":    {func(o string) string { return "elsewhere-" + o }, ops.LeaseTTL},
		"in a container":     {func(o string) string { return o + "7" }, ops.LeaseTTL},
		"of another version": {func(string) string { return "ktops" }, ops.LeaseTTL},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, m := newWorld(t), newMemory()
				env := w.environment(onePerson())
				env.Backups = slow{}
				o := newOperator(m, m, env)
				if _, err := m.Acquire(t.Context(), "production", c.change(holderLike(t)), ops.LeaseTTL); err != nil {
					t.Fatal(err)
				}
				_, err := o.Backup(t.Context(), "production", bob, func(ops.Progress) {})
				if taken := err == nil; taken != (c.wait == 0) {
					t.Errorf("taken over: %v (%v)", taken, err)
				}
			})
		})
	}
}
