package stage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// patched is a world with a patch without migrations, and a minor version with them.
func patched() harness.Options {
	return harness.Options{DataBytes: 30 << 20, Version: "2.4.3", Versions: []string{"2.4.3", "2.4.4", "2.5.0"}}
}

func TestRollback_FromAPatchByImagesAndFromAMinorVersionWithTheDatabase(t *testing.T) {
	s := stage.Test(t, stage.Options{World: patched(), WindowIn: 3 * time.Hour, Slack: slackemu.Options{RateFactor: 100}})
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 60})
	defer load.Stop()
	click(t, s, "bob", ask(t, s, "alice", "2.4.4"), "Approve")
	settled(t, s, ops.Succeeded)

	card := regret(t, s, "Images")
	click(t, s, "bob", card, "Approve")
	run := returned(t, s)
	if seen := load.Stop(); seen.Noticed() > 0 {
		t.Errorf("callers saw %s %q", seen, seen.Samples)
	}
	wantRunning(t, s, "2.4.3")
	wantOneCard(t, s, run, "2.4.3")

	upgradeInWindow(t, s)
	load = harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 60})
	defer load.Stop()
	written(t, s)
	card = regret(t, s, "Database")
	click(t, s, "bob", card, "Approve")
	typed(t, s, "bob", "/keeptrusts approve")
	if run, err := s.Newest(t.Context()); err != nil || run.State != ops.Proposed {
		t.Errorf("after one person's approvals the run is %s (%v)", run.State, err)
	}
	click(t, s, "carol", card, "Approve")
	run = returned(t, s)
	seen := load.Stop()
	if seen.Failed+seen.Cut > 0 {
		t.Errorf("callers saw %s %q", seen, seen.Samples)
	}
	wantRunning(t, s, "2.4.3")
	wantOneCard(t, s, run, "2.4.3")
	wantLost(t, s, run)
	if last := lastMigration(t, s); last != 144 {
		t.Errorf("the database is at migration %d, want that of 2.4.3", last)
	}
	changed, output, err := s.World.Platform.ComposeUp(t.Context())
	if err != nil || changed {
		t.Errorf("docker compose up -d afterwards: changed %v, %v\n%s", changed, err, output)
	}
}

func TestRollbackCrash_AtEveryJournalWriteEndsOnTheOldVersion(t *testing.T) {
	s := stage.Test(t, stage.Options{World: patched(), Tags: "crashpoint", WindowIn: 3 * time.Hour, HealthTimeout: "15s", Slack: slackemu.Options{RateFactor: 100}})
	upgradeInWindow(t, s)
	card := regret(t, s, "Database")
	click(t, s, "bob", card, "Approve")
	if err := s.Daemon.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Daemon.Start(t.Context(), "KTOPS_CRASH_BEFORE=1"); err != nil {
		t.Fatal(err)
	}
	click(t, s, "carol", card, "Approve")
	run := wantReopened(t, s, ops.Succeeded)
	wantEachStepOnce(t, s, run)
	wantRunning(t, s, "2.4.3")
	if last := lastMigration(t, s); last != 144 {
		t.Errorf("the database is at migration %d, want that of 2.4.3", last)
	}
}

// regret asks for advice as Alice and clicks the button that begins so.
func regret(t *testing.T, s *stage.Stage, way string) slackemu.Message {
	t.Helper()
	advice, err := s.Advice(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range advice.Buttons() {
		if strings.HasPrefix(b.Text.Text, way) {
			card, err := s.ClickForCard(t.Context(), "alice", advice, b.Text.Text)
			if err != nil {
				t.Fatal(err)
			}
			return card
		}
	}
	t.Fatalf("the advice has no button %s…:\n%s", way, advice.Plain())
	return slackemu.Message{}
}

// returned waits until the newest run, a rollback, has succeeded.
func returned(t *testing.T, s *stage.Stage) ops.Run {
	t.Helper()
	wait(t, s, func(run ops.Run) bool { return run.Request.Rollback != nil && stage.Settled(run) })
	run := settled(t, s, ops.Succeeded)
	for _, step := range run.Steps {
		t.Logf("%-22s %6.2f s %s", step.Name, step.Took().Seconds(), step.Result.Note)
	}
	return run
}

// upgradeInWindow takes 2.4.3 to 2.5.0 in a window that Bob opens by hand.
func upgradeInWindow(t *testing.T, s *stage.Stage) {
	t.Helper()
	click(t, s, "bob", ask(t, s, "alice", "2.5.0 --strategy window --window next"), "Approve")
	wait(t, s, func(run ops.Run) bool { return run.State == ops.Scheduled })
	if _, bad, code, err := s.Ktops(t.Context(), "windows", "run-now", "night", "--reason", "test", "--yes"); err != nil || code != 0 {
		t.Fatalf("ktops windows run-now: exit code %d: %s (%v)", code, bad, err)
	}
	settled(t, s, ops.Succeeded)
	wantRunning(t, s, "2.5.0")
}

// written waits until users have written what going back will lose.
func written(t *testing.T, s *stage.Stage) {
	t.Helper()
	before := count(t, s, harness.Database)
	err := harness.Until(t.Context(), "users write", time.Minute, func(context.Context) error {
		if n := count(t, s, harness.Database) - before; n < 50 {
			return fmt.Errorf("only %d rows", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, s *stage.Stage, database string) (rows int64) {
	t.Helper()
	scan(t, s, database, "SELECT count(*) FROM events", &rows)
	return rows
}

func scan(t *testing.T, s *stage.Stage, database, query string, into any, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.World.Postgres.SuperURL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), query, args...).Scan(into); err != nil {
		t.Fatal(err)
	}
}

// wantLost wants the run to report exactly as many rows as the database has that was
// put aside, and the one that serves has not.
func wantLost(t *testing.T, s *stage.Stage, run ops.Run) {
	t.Helper()
	var lost *ops.Written
	kept := ""
	for _, step := range run.Steps {
		if step.Kind == ops.Swap {
			lost, kept = step.Result.Lost, step.Result.Kept
		}
	}
	if lost == nil || kept == "" {
		t.Fatalf("the run does not tell what it lost: %+v", run.Steps)
	}
	// Events of before the swap, the newest of which the live database may have too.
	var swapped time.Time
	scan(t, s, kept, "SELECT max(created_at) FROM events", &swapped)
	var still int64
	scan(t, s, harness.Database, "SELECT count(*) FROM events WHERE created_at <= $1", &still, swapped)
	if actual := count(t, s, kept) - still; lost.Rows() != actual || actual == 0 || lost.AtMost != "" {
		t.Errorf("%d rows are reported lost %s, and %d are: %+v", lost.Rows(), lost.AtMost, actual, lost.Tables)
	}
}
