package stage_test

import (
	"sync"
	"testing"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// Each part leaves the platform as it was, but for the last.
func TestApproval_InSlack(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})

	t.Run("a typo is answered with the nearest command", func(t *testing.T) {
		typed(t, s, "alice", "/keeptrusts upgarde 2.5.0")
		told(t, s, "upgrade")
	})
	t.Run("the requester cannot approve", func(t *testing.T) {
		card := ask(t, s, "alice", "2.5.0")
		click(t, s, "alice", card, "Approve")
		told(t, s, "cannot approve")
		typed(t, s, "alice", "/keeptrusts reject changed my mind")
		settled(t, s, ops.Rejected)
	})
	t.Run("a stranger cannot approve", func(t *testing.T) {
		card := ask(t, s, "alice", "2.5.0")
		click(t, s, "mallory", card, "Approve")
		told(t, s, "may not approve")
		typed(t, s, "bob", "/keeptrusts reject not today")
		run := settled(t, s, ops.Rejected)
		wantOneCard(t, s, run, "not today")
	})
	t.Run("a plan that drifted is void and says why", func(t *testing.T) {
		card := ask(t, s, "alice", "2.5.0")
		rebuilt := harness.Image{Component: "console", Tag: "2.5.0", Env: []string{"REBUILT=1"}}
		if err := s.World.Images.Make(t.Context(), rebuilt); err != nil {
			t.Fatal(err)
		}
		click(t, s, "bob", card, "Approve")
		run := settled(t, s, ops.Void)
		wantOneCard(t, s, run, "keeptrusts/console:2.5.0")
		if err := s.World.Images.MakeVersions(t.Context(), "2.5.0"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("two approvers at once and a replay start one run", func(t *testing.T) {
		card := ask(t, s, "alice", "2.5.0")
		var both sync.WaitGroup
		for _, user := range []string{"bob", "carol"} {
			both.Go(func() {
				ack, err := s.Workspace.Click(t.Context(), user, card, "Approve")
				if err != nil {
					t.Error(err)
					return
				}
				s.Workspace.Replay(t.Context(), ack.Delivery)
			})
		}
		both.Wait()
		run := settled(t, s, ops.Succeeded)
		if len(run.Approvals) != 1 {
			t.Errorf("approvals %+v", run.Approvals)
		}
		wantRunning(t, s, "2.5.0")
		wantOneCard(t, s, run, "2.5.0")
	})
}

func TestApproval_OverSignedHTTPRequests(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small(), HTTP: true})
	card := ask(t, s, "alice", "2.5.0")
	click(t, s, "alice", card, "Approve")
	told(t, s, "cannot approve")
	typed(t, s, "carol", "/keeptrusts reject not before the weekend")
	run := settled(t, s, ops.Rejected)
	wantOneCard(t, s, run, "not before the weekend")
}
