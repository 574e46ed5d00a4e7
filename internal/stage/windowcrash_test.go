package stage_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// reopensWithin is how soon after the last restart a window that was killed must
// have ended, with the edge open. It takes a tenth of that here.
const reopensWithin = time.Minute

func TestWindowCrash_AtEveryJournalWriteEndsOpenOnTheNewVersion(t *testing.T) {
	s, load := dyingWindow(t, major())
	run := wantReopened(t, s, ops.Succeeded)
	wantEachStepOnce(t, s, run)
	wantRunning(t, s, "3.0.0")
	wantOneCard(t, s, run, "3.0.0")
	if seen := load.Stop(); seen.Failed+seen.Cut > 0 || seen.Closed == 0 {
		t.Errorf("callers saw %s %q", seen, seen.Samples)
	}
}

func TestWindowCrash_AtEveryJournalWriteOfTheWayBackEndsOpenOnTheOldVersion(t *testing.T) {
	world := major()
	world.Images = []harness.Image{broken("gateway", "3.0.0", "KT_FAULT_CRASH=boot")}
	s, load := dyingWindow(t, world)
	run := wantReopened(t, s, ops.RolledBack)
	wantRunning(t, s, "2.5.0")
	wantOneCard(t, s, run, "3.0.0")
	if last := lastMigration(t, s); last != 147 {
		t.Errorf("the database is at migration %d, want that of 2.5.0", last)
	}
	if seen := load.Stop(); seen.Failed+seen.Cut > 0 || seen.Closed == 0 {
		t.Errorf("callers saw %s %q", seen, seen.Samples)
	}
}

// dyingWindow has 3.0.0 approved into a window that opens soon, by a daemon that
// will die at its next journal write.
func dyingWindow(t *testing.T, world harness.Options) (*stage.Stage, *harness.Load) {
	t.Helper()
	s := stage.Test(t, stage.Options{
		World: world, Tags: "crashpoint", WindowIn: 20 * time.Second, HealthTimeout: "15s",
		Slack: slackemu.Options{RateFactor: 100},
	})
	card := ask(t, s, "alice", "3.0.0 --window next")
	if err := s.Daemon.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Daemon.Start(t.Context(), "KTOPS_CRASH_BEFORE=1"); err != nil {
		t.Fatal(err)
	}
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 30})
	t.Cleanup(func() { load.Stop() })
	click(t, s, "bob", card, "Approve")
	return s, load
}

// wantReopened lets the daemon die at every write until the run has ended, and wants
// the platform to serve at once and soon.
func wantReopened(t *testing.T, s *stage.Stage, want ops.State) ops.Run {
	t.Helper()
	lives, last := liveAndDie(t, s)
	run := settled(t, s, want)
	took := max(0, run.EndedAt.Sub(last)) // the last death may come after the end
	t.Logf("%d lives; over %s after the last restart", lives, took.Round(time.Millisecond))
	if lives < 2*len(run.Steps) {
		t.Errorf("only %d lives for %d steps: it was not killed at every write", lives, len(run.Steps))
	}
	if took > reopensWithin {
		t.Errorf("it was over only %s after the last restart", took)
	}
	if err := s.World.Platform.Answers(t.Context()); err != nil {
		t.Error(err)
	}
	return run
}

func lastMigration(t *testing.T, s *stage.Stage) (version int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.World.Postgres.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), "SELECT max(version) FROM _sqlx_migrations").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}
