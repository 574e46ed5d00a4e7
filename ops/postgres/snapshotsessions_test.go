package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
)

// A session in a transaction is named, so that a person can end it.
func TestSnapshot_SaysWhoIsConnected(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	report := sessionOf(t, database, harness.User)
	if _, err := report.Exec(t.Context(), "BEGIN"); err != nil {
		t.Fatal(err)
	}
	_, err := h.Do(t.Context(), task)
	wantError(t, err, "copy database "+database+" aside: 1 session is connected to it", "of keeptrusts from 127.0.0.1, idle in transaction", "close them")
	wantDatabases(t, database, "")
	if err := report.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantDo(t, h, task)

	// The way back does not ask: leftovers of the old API are ended, but not those
	// that only a superuser may end.
	migrate(t, database, 2, 2)
	superuser(t, database, func(ctx context.Context, _ *pgx.Conn) error {
		api := sessionOf(t, database, harness.User)
		limited, cancel := context.WithCancel(t.Context())
		task.Report = func(p ops.Progress) {
			wantWith(t, p.Note, "trying again", "of postgres from 127.0.0.1, idle", "close them")
			cancel()
		}
		if _, err := h.(ops.Undoer).Undo(limited, task); err == nil {
			t.Error("put back although a superuser is connected")
		}
		if api.Ping(ctx) == nil {
			t.Error("the old API is still connected")
		}
		return nil
	})
	wantDatabases(t, database, "", "_kt_7f3a")
	task.Report = quiet
	undo(t, h, task)
	wantDatabases(t, database, "", "_kt_abandoned_7f3a")
}

// An API that is killed in a migration leaves a session that goes on with its locks.
func TestSnapshot_UndoEndsWhatTheAPILeft(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	somebody := sessionOf(t, database, harness.User)
	execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE "%s_kt_7f3a" OWNER keeptrusts`, database))
	undo(t, h, task) // the copy is not whole, so no API was started since
	if err := somebody.Ping(t.Context()); err != nil {
		t.Errorf("a session of before was ended: %v", err)
	}
	wantDo(t, h, task)
	api := sessionOf(t, database, harness.User)
	if _, err := api.Exec(t.Context(), "BEGIN; LOCK TABLE tenants"); err != nil {
		t.Fatal(err)
	}
	undo(t, h, task)
	if api.Ping(t.Context()) == nil {
		t.Error("it still holds its locks")
	}
	wantDatabases(t, database, "")
}

// A pooler keeps idle sessions after the API was stopped, and opens new ones.
func TestSnapshot_EndsIdleSessions(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	pooled := sessionOf(t, database, harness.User)
	wantDo(t, h, task)
	if pooled.Ping(t.Context()) == nil {
		t.Error("it is still connected")
	}
	_, err := pgx.Connect(t.Context(), superURL(database+"_kt_7f3a"))
	wantError(t, err, "not currently accepting connections")
}

// What a killed attempt still does on the server would get in the way of this one.
func TestSnapshot_EndsTheSessionOfADeadAttempt(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	for what, do := range map[string]func() error{
		"do":   func() error { _, err := h.Do(t.Context(), task); return err },
		"undo": func() error { _, err := h.(ops.Undoer).Undo(t.Context(), task); return err },
	} {
		dead := sessionOf(t, "postgres", harness.User)
		if _, err := dead.Exec(t.Context(), "SET application_name TO 'ktops snapshot 7f3a'"); err != nil {
			t.Fatal(err)
		}
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if dead.Ping(t.Context()) == nil {
			t.Errorf("%s: it is still connected", what)
		}
	}
}
