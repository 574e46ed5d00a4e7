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

func TestRollback_SnapshotTakesTheDatabasesPlaceBehindTheClosedEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		run := g.approvedBack(t, g.o, ops.BackBySnapshot)
		defer serve(t, g.o)()
		got := until(t, g.o, run.ID, ended)
		want := []string{"pull images", "stop gateway", "stop console", "stop api", "swap database", "start api", "pin api_TAG",
			"start console", "pin console_TAG", "start gateway", "pin gateway_TAG", "verify", "prune old backups"}
		if got.State != ops.Succeeded || !slices.Equal(g.did(), want) {
			t.Errorf("%s (%s):\n%q", got.State, got.Reason, g.did())
		}
		if lost := got.Lost(); lost == nil || lost.Rows() != 1204 {
			t.Errorf("lost %+v", lost)
		}
		if got.Doing() != "rollback to 2.4.3" || got.Plan.Strategy != ops.Returning || got.Request.Rollback.Since == nil {
			t.Errorf("%s, %+v", got.Doing(), got.Request.Rollback)
		}
		g.on(t, "2.4.3", 1)
	})
}

func TestRollback_BackupIsRestoredBeforeTheEdgeCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		run := g.approvedBack(t, g.o, ops.BackByBackup)
		steps := names(run.Plan.Steps)
		if run.Request.Rollback.Backup != "run.dump" || slices.Index(steps, "restore database") > slices.Index(steps, "close edge") {
			t.Errorf("%q of %s", steps, run.Request.Rollback.Backup)
		}
		defer serve(t, g.o)()
		if got := until(t, g.o, run.ID, ended); got.State != ops.Succeeded {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		g.on(t, "2.4.3", 1)
	})
}

func TestRollback_ImagesRollInReverseOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
		o := newOperator(m, m, w.environment(onePerson()))
		upgraded := approve(t, o)
		defer serve(t, o)()
		until(t, o, upgraded.ID, ended)
		w.target(t, "2.4.3")
		w.acts = nil
		run, err := o.Propose(t.Context(), ops.Request{Environment: "production", By: alice, Rollback: &ops.Rollback{Way: ops.BackByImages}})
		if err == nil {
			run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
		}
		if err != nil {
			t.Fatal(err)
		}
		got := until(t, o, run.ID, ended)
		want := []string{"pull images", "roll gateway 1/2", "roll gateway 2/2", "pin gateway_TAG", "roll console 1/1", "pin console_TAG",
			"roll api 1/1", "pin api_TAG", "verify", "prune old backups"}
		if got.State != ops.Succeeded || !slices.Equal(w.did(), want) {
			t.Errorf("%s (%s):\n%q", got.State, got.Reason, w.did())
		}
		if _, err := o.Advise(t.Context(), "production", upgraded.ID); !strings.Contains(refusal(t, err).Why, "taken back already, by run "+run.ID) {
			t.Errorf("advice after it: %v", err)
		}
	})
}

func TestRollback_ImagesThatFailRollForwardAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
		o := newOperator(m, m, w.environment(onePerson()))
		upgraded := approve(t, o)
		defer serve(t, o)()
		until(t, o, upgraded.ID, ended)
		w.target(t, "2.4.3")
		w.mu.Lock()
		w.acts, w.fail["roll api 1/1"] = nil, errors.New("crashed")
		w.mu.Unlock()
		run, err := o.Propose(t.Context(), ops.Request{Environment: "production", By: alice, Rollback: &ops.Rollback{Way: ops.BackByImages}})
		if err == nil {
			run, err = o.Approve(t.Context(), run.ID, ops.Approval{By: bob})
		}
		if err != nil {
			t.Fatal(err)
		}
		got := until(t, o, run.ID, ended)
		if v := w.obs.Platform.Service(ops.Gateway).Containers[0].Version.String(); got.State != ops.RolledBack || v != "2.5.0" {
			t.Errorf("%s (%s) on %s", got.State, got.Reason, v)
		}
	})
}

func TestRollback_LosingDataNeedsTwoDifferentPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		run, err := g.o.Propose(t.Context(), g.back(ops.BackBySnapshot))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.o.Approve(t.Context(), run.ID, ops.Approval{By: alice}); err == nil {
			t.Error("who asked for it approved it")
		}
		for range 2 { // the same person twice is one person
			if run, err = g.o.Approve(t.Context(), run.ID, ops.Approval{By: bob}); err != nil || run.State != ops.Proposed || len(run.Approvals) != 1 {
				t.Fatalf("%s with %d approvals: %v", run.State, len(run.Approvals), err)
			}
		}
		g.rows *= 10 // which voids nothing
		if run, err = g.o.Approve(t.Context(), run.ID, ops.Approval{By: carol}); err != nil || run.State != ops.Approved {
			t.Errorf("%s: %v", run.State, err)
		}
	})
}

func TestRollback_BreakGlassIsEnoughWithAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		run, err := g.o.Propose(t.Context(), g.back(ops.BackBySnapshot))
		if err != nil {
			t.Fatal(err)
		}
		run, err = g.o.Approve(t.Context(), run.ID, ops.Approval{By: bob, BreakGlass: true, Reason: "payments are down"})
		if err != nil || run.State != ops.Approved {
			t.Errorf("%s: %v", run.State, err)
		}
	})
}

func TestRollback_AsksForPeopleWhereUpgradesNeedNone(t *testing.T) {
	p := ops.Policy{RollbackApprovals: 2}
	for way, want := range map[ops.Way]int{ops.BackByImages: 0, ops.BackBySnapshot: 2, ops.BackByBackup: 2} {
		if got := p.Needed(ops.Request{Rollback: &ops.Rollback{Way: way}}); got != want {
			t.Errorf("%s needs %d, want %d", way, got, want)
		}
	}
	p.Approvals = 3
	if got := p.Needed(ops.Request{Rollback: &ops.Rollback{Way: ops.BackBySnapshot}}); got != 3 {
		t.Errorf("it needs %d, fewer than an upgrade", got)
	}
}

func TestRollback_PassesAFreezeWithAnApproval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		g.calendar.freeze = &ops.Freeze{From: time.Now(), Until: time.Now().Add(time.Hour), Reason: "audit"}
		run, err := g.o.Propose(t.Context(), g.back(ops.BackBySnapshot))
		if err != nil || run.Request.Frozen != "audit" || run.State != ops.Proposed {
			t.Fatalf("%s, frozen %q: %v", run.State, run.Request.Frozen, err)
		}
	})
}

func TestRollback_SnapshotThatVanishesAfterItWasShownVoidsThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		run, err := g.o.Propose(t.Context(), g.back(ops.BackBySnapshot))
		if err != nil {
			t.Fatal(err)
		}
		g.points = g.points[1:]
		if run, err = g.o.Approve(t.Context(), run.ID, ops.Approval{By: bob}); run.State != ops.Void || !strings.Contains(refusal(t, err).Why, "is not there any more") {
			t.Errorf("%s: %v", run.State, err)
		}
	})
}

func TestRollback_FailureBehindTheClosedEdgePutsEverythingBack(t *testing.T) {
	for _, step := range []string{"stop api", "swap database", "start api", "start gateway", "verify"} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				g.fail[step] = errors.New("crashed")
				run := g.approvedBack(t, g.o, ops.BackBySnapshot)
				defer serve(t, g.o)()
				got := until(t, g.o, run.ID, ended)
				if got.State != ops.RolledBack || !strings.Contains(got.Reason, "crashed") || got.Lost() != nil {
					t.Errorf("%s: %s", got.State, got.Reason)
				}
				g.on(t, "3.0.0", 2)
			})
		})
	}
}

func TestRollback_FailureAfterUsersWereLetInIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		g.fail["prune old backups"] = errors.New("disk is gone")
		run := g.approvedBack(t, g.o, ops.BackBySnapshot)
		defer serve(t, g.o)()
		got := until(t, g.o, run.ID, held)
		if !strings.Contains(got.Reason, "users may have written to it since") {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
		g.on(t, "2.4.3", 1)
	})
}

func TestRollback_DeathAtEveryJournalWriteEndsRight(t *testing.T) {
	for _, c := range []struct {
		name, fail, version string
		migrations          int
		want                ops.State
	}{{"success", "", "2.4.3", 1, ops.Succeeded}, {"undone", "start gateway", "3.0.0", 2, ops.RolledBack}} {
		for _, after := range []bool{false, true} {
			for at, died := 1, true; died && !t.Failed(); at++ {
				t.Run(fmt.Sprintf("%s/write %d/after %v", c.name, at, after), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						g := newRegret(t)
						if c.fail != "" {
							g.fail[c.fail] = errors.New("crashed")
						}
						died = returnDeath(t, g, at, after, c.want)
						g.on(t, c.version, c.migrations)
					})
				})
			}
		}
	}
}

// returnDeath goes back in a process that dies at its nth write, and on in another; false
// when the process lived to the end.
func returnDeath(t *testing.T, g *regret, at int, after bool, want ops.State) bool {
	t.Helper()
	ctx, die := context.WithCancel(t.Context())
	defer die()
	j := &dying{memory: g.m, at: at, after: after, die: die}
	first := newOperator(j, g.m, g.environment(g.policy))
	run := g.approvedBack(t, first, ops.BackByBackup)
	served := make(chan struct{})
	go func() { _ = first.Serve(ctx); close(served) }()
	for ctx.Err() == nil {
		if now, err := g.o.Run(t.Context(), run.ID); err == nil && ended(now) {
			die()
			break
		}
		time.Sleep(time.Second)
	}
	<-served
	defer serve(t, newOperator(g.m, g.m, g.environment(g.policy)))()
	if got := until(t, g.o, run.ID, ended); got.State != want {
		t.Errorf("%s: %s; did %v", got.State, got.Reason, g.did())
	}
	return j.dead
}
