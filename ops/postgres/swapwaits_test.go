package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Somebody who changes the live database from another one holds a lock on it, and is in
// no database from which a swap ends sessions.
func TestSwap_WaitsForNoLockForEver(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	somebody := sessionOf(t, "postgres", "postgres")
	if _, err := somebody.Exec(t.Context(), `BEGIN; COMMENT ON DATABASE "`+database+`" IS 'wait a moment'`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	back, again := rollbackOf(ops.Swap, task, ops.BackBySnapshot), 0
	back.Report = func(p ops.Progress) {
		again++
		wantWith(t, p.Note, "trying again", "somebody is changing database "+database, "lock timeout")
		if _, err := somebody.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Handlers()[ops.Swap].Do(ctx, back); err != nil {
		t.Fatal(err)
	}
	if again != 1 {
		t.Errorf("it was tried again %d times, want once", again)
	}
	oneLive(t, database, "3")
	wantDatabases(t, database, "", "_kt_abandoned_b4c2")
}
