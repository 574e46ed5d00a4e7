package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
)

// A session that goes on, as the API's does, keeps for seconds to itself what it has
// written. What its migrations wrote is not taken for what users wrote all the same.
func TestNotePosition_WaitsForTheCounts(t *testing.T) {
	database, task := newMigrated(t, 100, 3)
	s, _ := open(t, database)
	made := wantDo(t, s.Handlers()[ops.Snapshot], task)
	task.Run.Steps = append(task.Run.Steps, ops.StepRun{Step: ops.Step{Kind: ops.Snapshot}, Result: made})
	api := sessionOf(t, database, harness.User)
	for _, version := range []string{"4", "5"} {
		err := pgx.BeginFunc(t.Context(), api, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE tenants SET name = name || '.'; INSERT INTO _sqlx_migrations VALUES ("+version+", 'm', now(), true, '', 1)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	waited := false
	task.Report = func(ops.Progress) { waited = true }
	noted := wantDo(t, s.Handlers()[ops.NotePosition], task)
	if noted.Position == nil || noted.Position.Loose != "" || !waited {
		t.Fatalf("noted is %+v (%s), waited %t", noted.Position, noted.Note, waited)
	}
	w, err := s.WrittenSince(t.Context(), *noted.Position)
	if err != nil || w.Rows() != 0 || w.Unknown != "" {
		t.Errorf("written since is %+v (%v), want nothing", w, err)
	}
	if w, err = s.WrittenSince(t.Context(), *made.Position); err != nil || w.Rows() != 80 {
		t.Errorf("written since the snapshot is %+v (%v), want 80 rows", w, err)
	}
}

// Without a position, and without a database, the run goes on and says so.
func TestNotePosition_NeverFails(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	h := s.Handlers()[ops.NotePosition]
	wantDone(t, h, task, false)
	migrate(t, database, 4, 4)
	if noted := wantDo(t, h, task); noted.Position == nil || noted.Position.Loose == "" {
		t.Errorf("without a snapshot it is %+v", noted)
	}
	gone, _ := open(t, "missing")
	noted := wantDo(t, gone.Handlers()[ops.NotePosition], task)
	if noted.Position != nil {
		t.Errorf("without a database it is %+v", noted)
	}
	wantWith(t, noted.Note, "not noted: ", "there is no database missing")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := h.Do(stopped, task); err == nil {
		t.Error("a run that stops went on")
	}
}
