package postgres_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// rollbackOf is a task of the run b4c2 that takes back the run of another task.
func rollbackOf(kind ops.Kind, task ops.Task, way ops.Way) ops.Task {
	back := step(kind)
	back.Run.ID = "b4c2"
	back.Run.Request.Rollback = &ops.Rollback{Run: task.Run.ID, Way: way}
	return back
}

// upgraded is a database on which a run has taken its snapshot and applied two
// migrations that write rows, with the position noted after them.
func upgraded(t *testing.T) (string, ops.Task, ops.Position) {
	t.Helper()
	database, task := newMigrated(t, 1000, 3)
	s, _ := open(t, database)
	made := wantDo(t, s.Handlers()[ops.Snapshot], task)
	if made.Position == nil || made.Position.Loose != "" {
		t.Fatalf("the snapshot's position is %+v", made.Position)
	}
	execute(t, database, `ALTER TABLE tenants ADD plan text; UPDATE tenants SET plan = 'free'`)
	migrate(t, database, 4, 5)
	task.Run.Steps = append(task.Run.Steps, ops.StepRun{Step: ops.Step{Kind: ops.Snapshot}, Result: made})
	noted := wantDo(t, s.Handlers()[ops.NotePosition], task)
	if noted.Position == nil || noted.Position.Loose != "" {
		t.Fatalf("the position noted is %+v (%s)", noted.Position, noted.Note)
	}
	return database, task, *noted.Position
}

func TestSwap_CountsWhatIsLost(t *testing.T) {
	database, task, since := upgraded(t)
	before := propertiesOf(t, database)
	s, _ := open(t, database)
	users := sessionOf(t, database, harness.User)
	for _, sql := range []string{
		`INSERT INTO events SELECT id + 1000000, now(), actor, chain, detail FROM events LIMIT 20`,
		`UPDATE tenants SET name = 'renamed' WHERE id <= 3`, `DELETE FROM events WHERE id <= 5`,
	} {
		if _, err := users.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	back := rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	back.Run.Request.Rollback.Since = &since
	h := s.Handlers()[ops.Swap]
	wantDone(t, h, back, false)
	result := wantDo(t, h, back)
	want := []ops.TableWrites{
		{Table: "events", Writes: ops.Writes{Inserted: 20, Deleted: 5}}, {Table: "tenants", Writes: ops.Writes{Updated: 3}},
	}
	if l := result.Lost; l == nil || !slices.Equal(l.Tables, want) || l.AtMost != "" || l.Unknown != "" || l.WAL <= 0 {
		t.Errorf("lost is %+v, want %+v", l, want)
	}
	if result.Kept != database+"_kt_abandoned_b4c2" {
		t.Errorf("what was live is kept as %q", result.Kept)
	}
	oneLive(t, database, "3")
	wantDatabases(t, database, "", "_kt_abandoned_b4c2")
	if after := propertiesOf(t, database); after != before {
		t.Errorf("the database is now\n%s\nand was\n%s", after, before)
	}
	again := wantDone(t, h, back, true)
	if !slices.Equal(again.Lost.Tables, want) || again.Kept != result.Kept {
		t.Errorf("after a crash the result is %+v", again)
	}

	undone := undo(t, h, back)
	wantWith(t, undone.Note, "is in use again")
	oneLive(t, database, "5")
	wantDatabases(t, database, "", "_kt_7f3a")
	if got := value(t, database, "SELECT count(*) FROM events WHERE id > 1000000"); got != "20" {
		t.Errorf("%s rows of users are there again, want 20", got)
	}
	if got := value(t, "postgres", fmt.Sprintf("SELECT datallowconn FROM pg_database WHERE datname = '%s_kt_7f3a'", database)); got != "false" {
		t.Error("the snapshot lets somebody in again")
	}
	wantWith(t, undo(t, h, back).Note, "nothing was swapped")
	wantDone(t, h, back, false)
	wantDone(t, s.Handlers()[ops.Snapshot], task, true)
	wantDo(t, h, back)
	oneLive(t, database, "3")
}

func TestWrittenSince_CountsUsers(t *testing.T) {
	database, _, since := upgraded(t)
	s, _ := open(t, database)
	execute(t, database, "CREATE INDEX ON events (at); CREATE TABLE notes (text text); INSERT INTO notes VALUES ('new'); INSERT INTO events SELECT 2000000 + n, now(), 'a', '', '{}' FROM generate_series(1, 7) n")
	w, err := s.WrittenSince(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	if w.Rows() != 8 || w.Tables[0].Table != "events" || w.NewestIn != "events" || w.Newest.Before(since.At) || w.Newest.After(w.Until) || w.AtMost != "" {
		t.Errorf("written is %+v", w)
	}
	execute(t, "postgres", `ALTER DATABASE "`+database+`" SET track_counts TO off`)
	if w, err = s.WrittenSince(t.Context(), since); err != nil || len(w.Tables) > 0 {
		t.Errorf("where nothing is counted: %+v (%v)", w, err)
	}
	wantWith(t, w.Unknown, "track_counts is off")
	execute(t, "postgres", `ALTER DATABASE "`+database+`" RESET track_counts`)
	execute(t, database, "DROP TABLE notes")
	if w, err = s.WrittenSince(t.Context(), since); err != nil || w.Unknown != "" {
		t.Errorf("without a table that was made since: %+v (%v)", w, err)
	}
	execute(t, database, "DROP TABLE tenants")
	if w, err = s.WrittenSince(t.Context(), since); err != nil || w.Unknown == "" || len(w.Tables) > 0 {
		t.Errorf("without a table that was there: %+v (%v)", w, err)
	}
	execute(t, database, "SELECT pg_stat_reset()")
	if w, err = s.WrittenSince(t.Context(), since); err != nil {
		t.Fatal(err)
	}
	wantWith(t, w.Unknown, "PostgreSQL counts anew since")
}

func TestReturnPoints_AreFit(t *testing.T) {
	database, task := newMigrated(t, 100, 3)
	s, _ := open(t, database)
	wantDo(t, s.Handlers()[ops.TakeBackup], task)
	create(t, s, "unread")
	wantDo(t, s.Handlers()[ops.VerifyBackup], task)
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	migrate(t, database, 4, 5)
	points, err := s.ReturnPoints(t.Context())
	if err != nil || len(points) != 2 {
		t.Fatalf("the points are %+v (%v)", points, err)
	}
	snapshot, backup := points[0], points[1]
	if snapshot.Way != ops.BackBySnapshot || snapshot.Run != "7f3a" || snapshot.Name != database+"_kt_7f3a" || len(snapshot.Applied) != 3 || snapshot.Unfit != "" || snapshot.Bytes < 1<<20 {
		t.Errorf("the snapshot is %+v", snapshot)
	}
	if backup.Way != ops.BackByBackup || backup.Run != "7f3a" || len(backup.Applied) != 3 || backup.Position == nil || backup.Position.Loose == "" || backup.Unfit != "" {
		t.Errorf("the backup is %+v", backup)
	}
	full, dir := open(t, database, func(o *postgres.Options) { o.DataDir, o.BackupDir = "/proc", filepath.Dir(backup.Name) })
	points, err = full.ReturnPoints(t.Context())
	if err != nil || len(points) != 2 || points[0].Unfit != "" {
		t.Fatalf("on a full disk the points of %s are %+v (%v)", dir, points, err)
	}
	wantWith(t, points[1].Unfit, "it needs ", "of which 0 B is free")
}
