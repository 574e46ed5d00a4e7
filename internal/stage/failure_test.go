package stage_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

func broken(component, tag string, env ...string) harness.Image {
	return harness.Image{Component: component, Tag: tag, Env: env}
}

func TestFailure_BrokenAPIBeforeMigrationsIsPutBackUnderLoad(t *testing.T) {
	world := small()
	world.Versions = []string{"2.4.3", "2.4.4"}
	world.Images = []harness.Image{broken("api", "2.4.4", "KT_FAULT_CRASH=boot")}
	s := stage.Test(t, stage.Options{World: world, HealthTimeout: "20s"})
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 60})
	defer load.Stop()
	click(t, s, "bob", ask(t, s, "alice", "2.4.4"), "Approve")
	run := settled(t, s, ops.RolledBack)
	if seen := load.Stop(); seen.Noticed() > 0 {
		t.Errorf("callers saw %s\n%s", seen, strings.Join(seen.Samples, "\n"))
	}
	wantRunning(t, s, "2.4.3")
	wantOneCard(t, s, run, "roll api 1/1")
}

func TestFailure_BrokenGatewayAfterMigrationsIsHeldThenResumed(t *testing.T) {
	world := small()
	world.Images = []harness.Image{broken("gateway", "2.5.0", "KT_FAULT_UNHEALTHY=1")}
	s := stage.Test(t, stage.Options{World: world, HealthTimeout: "15s"})
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 60})
	defer load.Stop()
	click(t, s, "bob", ask(t, s, "alice", "2.5.0"), "Approve")
	run := settled(t, s, ops.Held)
	if seen := load.Stop(); seen.Noticed() > 0 {
		t.Errorf("callers saw %s\n%s", seen, strings.Join(seen.Samples, "\n"))
	}
	if !strings.Contains(run.Reason, "previous API cannot start") {
		t.Error(run.Reason)
	}
	card := told(t, s, run.ID, "previous API cannot start")
	click(t, s, "carol", card, "Abort")
	run = wait(t, s, func(r ops.Run) bool { return !r.State.Open() })
	if run.State != ops.Aborted {
		t.Errorf("%s: %s", run.State, run.Reason)
	}
	if err := s.World.Platform.Answers(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFailure_FullBackupDiskLeavesNothingThatLooksWhole(t *testing.T) {
	s := stage.Test(t, stage.Options{World: harness.Options{DataBytes: 60 << 20}})
	if err := os.MkdirAll(s.Backups, 0o700); err != nil {
		t.Fatal(err)
	}
	// Room for the check at plan time, taken away before the backup is through.
	if err := syscall.Mount("tmpfs", s.Backups, "tmpfs", 0, "size=200m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(s.Backups, syscall.MNT_DETACH) })
	card := ask(t, s, "alice", "2.5.0")
	if err := syscall.Mount("tmpfs", s.Backups, "tmpfs", syscall.MS_REMOUNT, "size=2m"); err != nil {
		t.Fatal(err)
	}
	click(t, s, "bob", card, "Approve")
	// The check at the click may see it first; both are right, and both say it.
	m := told(t, s, "free")
	if run, err := s.Newest(t.Context()); err != nil || run.State == ops.Succeeded {
		t.Errorf("%s: %v %s", run.State, err, m.Plain())
	}
	whole, err := filepath.Glob(filepath.Join(s.Backups, "*.dump.zst"))
	if err != nil || len(whole) > 0 {
		t.Errorf("looks whole: %v %v", whole, err)
	}
	wantRunning(t, s, "2.4.3")
}

func TestFailure_DatabaseThatRefusesConnectionsIsSaidBeforeAnythingChanges(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	if err := s.World.Postgres.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	typed(t, s, "alice", "/keeptrusts upgrade 2.5.0")
	told(t, s, "refused")
	if err := s.World.Postgres.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRunning(t, s, "2.4.3")
}

func TestFailure_EngineRestartInTheMiddleOfARollEndsRight(t *testing.T) {
	world := small()
	world.PrivateEngine = true
	s := stage.Test(t, stage.Options{World: world})
	click(t, s, "bob", ask(t, s, "alice", "2.5.0"), "Approve")
	wait(t, s, inStep("roll gateway 1/2"))
	if err := s.World.Engine.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := wait(t, s, stage.Settled)
	if run.State == ops.Held { // the engine was away for longer than a step waits: a person goes on
		typed(t, s, "bob", "/keeptrusts resume")
		run = wait(t, s, func(r ops.Run) bool { return !r.State.Open() })
	}
	if run.State != ops.Succeeded {
		t.Errorf("%s: %s", run.State, run.Reason)
	}
	wantRunning(t, s, "2.5.0")
}

func TestFailure_SlackOutageDuringARunLosesNothingAndSaysNothingTwice(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	card := ask(t, s, "alice", "2.5.0")
	click(t, s, "bob", card, "Approve")
	wait(t, s, inStep("roll api 1/1"))
	for _, fault := range []slackemu.Fault{
		{Kind: slackemu.RateLimited, RetryAfter: time.Second}, {Kind: slackemu.ServerError}, {Kind: slackemu.ErrorAfter},
	} {
		fault.For = 5 * time.Second
		defer s.Workspace.Fail(fault)()
	}
	run := settled(t, s, ops.Succeeded)
	wantOneCard(t, s, run, "2.5.0")
	seen := map[string]bool{}
	for _, m := range s.Workspace.Replies(card) {
		if seen[m.Plain()] {
			t.Errorf("said twice: %s", m.Plain())
		}
		seen[m.Plain()] = true
	}
	if len(seen) < 5 {
		t.Errorf("only %d messages in the thread", len(seen))
	}
}
