package journal_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
	"github.com/keeptrusts/ktops/ops/journal/journaltest"
)

func TestJournal_PassesTheSuite(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Open {
		path := filepath.Join(t.TempDir(), "ktops.db")
		return func(t *testing.T) journaltest.Store { return mustOpen(t, path) }
	})
}

func TestEvents_CannotBeEditedThroughSQL(t *testing.T) {
	j := mustOpen(t, filepath.Join(t.TempDir(), "ktops.db"))
	for _, e := range []ops.Event{journaltest.Proposal("r-1", "production"), journaltest.Next("r-1", 2, ops.RunRejected)} {
		if err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.DB().ExecContext(t.Context(), "PRAGMA recursive_triggers = OFF"); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"UPDATE events SET actor = 'U9' WHERE seq = 2",
		"UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2",
		"DELETE FROM events WHERE seq = 2",
		"DELETE FROM events",
		"DELETE FROM runs",
		"INSERT INTO events SELECT run, 1, kind, at, 'U9', token, data FROM events WHERE seq = 1",
		"INSERT OR REPLACE INTO events SELECT run, 2, kind, at, 'U9', token, data FROM events WHERE seq = 2",
		"INSERT INTO events SELECT run, 9, kind, at, actor, token, data FROM events WHERE seq = 2",
	} {
		if _, err := j.DB().ExecContext(t.Context(), statement); err == nil {
			t.Errorf("accepted: %s", statement)
		} else if !strings.Contains(err.Error(), "events are") && !strings.Contains(err.Error(), "runs are") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	events, err := j.Events(t.Context(), "r-1", 0)
	if err != nil || len(events) != 2 || events[1].Actor != ops.Ktops() {
		t.Errorf("events = %v, %v", events, err)
	}
}

func mustOpen(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}
