package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

// daemonOf serves a fake for the test.
func daemonOf(t *testing.T, fake *controltest.Fake) (dir string) {
	t.Helper()
	dir = t.TempDir()
	stop, err := startDaemon(t.Context(), filepath.Join(dir, "ktops.sock"), fake)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return dir
}

func major() *controltest.Fake {
	fake := newFake()
	fake.PlanOf = newMajor()
	return fake
}

// What is asked for is the opening that was shown, whichever is next by then.
func TestUpgrade_AsksForTheOpeningThatWasAgreedTo(t *testing.T) {
	fake, term := major(), newTerminal(t)
	fake.WindowsOf[1].Next[0].Run = "r-other2" // that one is taken
	c := runOn(t, term, daemonOf(t, fake), parts{}, "upgrade", "3.0.0", "--window", "next")
	eventually(t, "it asks", func() bool {
		return strings.Contains(c.out.String(), "Upgrade production from 2.4.3 to 3.0.0, in window upgrades on Sun 2099-04-05 04:00 CEST (02:00 UTC)? [y/N]")
	})
	if !strings.Contains(c.out.String(), "Latest safe start  Sun 2099-04-05 05:51 CEST") {
		t.Errorf("the plan does not tell until when it fits: %s", c.out)
	}
	term.types(t, "y")
	c.exits(t, 0)
	run, err := fake.Run(t.Context(), "r-abc234")
	if err != nil || run.State != ops.Scheduled || run.Request.Window != "2099-04-05T04:00" || run.Request.Digest != fake.PlanOf.Digest {
		t.Errorf("the run is %s, asked into %q with digest %q: %v", run.State, run.Request.Window, run.Request.Digest, err)
	}
}

func TestUpgrade_ANoChangesNothing(t *testing.T) {
	fake, term := major(), newTerminal(t)
	c := runOn(t, term, daemonOf(t, fake), parts{}, "upgrade", "3.0.0", "--window", "upgrades")
	eventually(t, "it asks", func() bool { return strings.Contains(c.out.String(), "[y/N]") })
	term.types(t, "n")
	c.exits(t, 1)
	if _, err := fake.Run(t.Context(), "r-abc234"); err == nil {
		t.Error("the run was asked for")
	}
}

func TestUpgrade_TellsWhenAPlanDoesNotFit(t *testing.T) {
	fake := major()
	fake.PlanOf.Steps[8].Estimate = 3 * time.Hour
	c := run(t, daemonOf(t, fake), parts{}, "plan", "3.0.0", "--window", "next")
	c.exits(t, 0)
	if !strings.Contains(c.out.String(), "Does not fit  with the way back it needs 1h") {
		t.Errorf("said %s", c.out)
	}
}

func TestUpgrade_WaitsForApprovalAndEndsOnceItIsScheduled(t *testing.T) {
	fake := major()
	fake.Approvals = 1
	c := run(t, daemonOf(t, fake), parts{}, "upgrade", "3.0.0", "--yes")
	eventually(t, "it says what it waits for", func() bool {
		return strings.Contains(c.err.String(), "Somebody else types: ktops approve r-abc234 --window next")
	})
	if _, err := fake.Approve(t.Context(), "r-abc234", ops.Approval{By: bob, Opening: &ops.Opening{Key: "next"}}); err != nil {
		t.Fatal(err)
	}
	c.exits(t, 0)
	if !strings.Contains(c.out.String(), "r-abc234 scheduled into window upgrades, Sun 2099-03-29 04:00 CEST") {
		t.Errorf("said %s", c.out)
	}
}

// Days may pass: who looks on stays until the run is over.
func TestHistory_FollowsAScheduledRunIntoItsWindow(t *testing.T) {
	fake := major()
	dir := daemonOf(t, fake)
	if _, err := fake.Propose(t.Context(), ops.Request{Environment: "production", Target: ops.Version{Major: 3}, By: alice, Window: "next"}); err != nil {
		t.Fatal(err)
	}
	c := run(t, dir, parts{}, "history", "r-abc234", "--follow")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	r := clone(onTheWay(t, fake, 5))
	eventually(t, "the step is told", func() bool { return strings.Contains(c.out.String(), "pull images: begun") })
	r.State, r.Reason, r.Seq = ops.Missed, "production is frozen", 9
	fake.Update(ops.Update{Run: r})
	c.exits(t, 1)
	if !strings.Contains(c.out.String(), "r-abc234 missed: production is frozen") {
		t.Errorf("said %s", c.out)
	}
}

// Alone, an approval of a run that has its opening is kept, and who could miss it is told.
func TestApprove_AloneTellsThatADaemonMustOpenTheWindow(t *testing.T) {
	fake := major()
	fake.Approvals = 1
	if _, err := fake.Propose(t.Context(), ops.Request{Environment: "production", Target: ops.Version{Major: 3}, By: alice, Window: "next"}); err != nil {
		t.Fatal(err)
	}
	c := run(t, t.TempDir(), aloneOn{fake: fake}, "approve", "r-abc234")
	c.exits(t, 0)
	if !strings.Contains(c.err.String(), "the opening passes unused without one: start ktops serve before") {
		t.Errorf("said %q", c.err)
	}
}

// A run that waits for its window is not what somebody means who types in a hurry.
func TestHold_PrefersTheRunThatGoesOn(t *testing.T) {
	fake := major()
	dir := daemonOf(t, fake)
	fake.Runs[0].State = ops.Running
	if _, err := fake.Propose(t.Context(), ops.Request{Environment: "production", Target: ops.Version{Major: 3}, By: alice, Window: "next"}); err != nil {
		t.Fatal(err)
	}
	run(t, dir, parts{}, "hold").exits(t, 0)
	if got, err := fake.Run(t.Context(), "r-old234"); err != nil || got.State != ops.Held {
		t.Errorf("the run that goes on is %s, %v", got.State, err)
	}
}

func TestRunNow_ShowsTheWindowAndAsks(t *testing.T) {
	for answer, want := range map[string]struct{ code, opened int }{"y": {0, 1}, "n": {1, 0}} {
		t.Run(answer, func(t *testing.T) {
			fake, term := newFake(), newTerminal(t)
			c := runOn(t, term, daemonOf(t, fake), parts{}, "windows", "run-now", "upgrades", "--reason", "all are here")
			eventually(t, "it asks", func() bool {
				return strings.Contains(c.out.String(), "Open window upgrades of production now, for 2h, with run r-wait23? [y/N]")
			})
			term.types(t, answer)
			c.exits(t, want.code)
			if got := strings.Count(strings.Join(fake.Calls(), "\n"), "RunWindow production upgrades by"); got != want.opened {
				t.Errorf("opened %d times", got)
			}
		})
	}
}

// closedBy has the maintenance that was asked for close the edge.
func closedBy(t *testing.T, fake *controltest.Fake) {
	t.Helper()
	r, err := fake.Run(t.Context(), "r-abc234")
	if err != nil {
		t.Fatal(err)
	}
	r = clone(r)
	r.State, r.StartedAt, r.Seq = ops.Running, moment, 5
	r.Steps[0].State, r.Steps[0].Started, r.Steps[0].Ended = ops.StepDone, moment, moment.Add(time.Second)
	r.Steps[1].State, r.Steps[1].Started = ops.StepStarted, moment.Add(time.Second)
	fake.Update(ops.Update{Run: r})
}

func TestMaintenance_CtrlCLeavesTheEdgeToTheDaemon(t *testing.T) {
	fake := newFake()
	c := run(t, daemonOf(t, fake), parts{}, "maintenance", "on", "1h", "--reason", "certificates", "--yes")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	closedBy(t, fake)
	eventually(t, "it is told", func() bool { return strings.Contains(c.out.String(), "stay closed: begun") })
	c.interrupts <- os.Interrupt
	c.exits(t, 1)
	if !strings.Contains(c.err.String(), "the edge stays closed until 2026-11-24 ") || !strings.Contains(c.err.String(), "Open it with: ktops maintenance off") {
		t.Errorf("said %q", c.err)
	}
}

func TestMaintenance_AloneCtrlCOpensTheEdge(t *testing.T) {
	fake := newFake()
	c := run(t, t.TempDir(), aloneOn{fake: fake}, "maintenance", "on", "1h", "--reason", "certificates", "--yes")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	closedBy(t, fake)
	eventually(t, "it is told", func() bool { return strings.Contains(c.out.String(), "stay closed: begun") })
	c.interrupts <- os.Interrupt
	c.exits(t, 0)
	if !strings.Contains(c.err.String(), "Opening the edge. Ctrl-C again stops at once.") || !strings.Contains(strings.Join(fake.Calls(), "\n"), "Reopen r-abc234") {
		t.Errorf("said %q after %v", c.err, fake.Calls())
	}
}

func TestMaintenance_OffWatchesUntilTheEdgeIsOpen(t *testing.T) {
	fake := newFake()
	dir := daemonOf(t, fake)
	if _, err := fake.Propose(t.Context(), ops.Request{Environment: "production", By: alice, Maintenance: &ops.Maintenance{For: time.Hour}}); err != nil {
		t.Fatal(err)
	}
	closedBy(t, fake)
	fake.Keep = true // a runner has only been asked
	c := run(t, dir, parts{}, "maintenance", "off", "--reason", "done early")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	r, err := fake.Run(t.Context(), "r-abc234")
	if err != nil {
		t.Fatal(err)
	}
	r.State, r.Seq = ops.Succeeded, 9
	fake.Update(ops.Update{Run: r})
	c.exits(t, 0)
}
