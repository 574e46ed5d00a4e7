package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
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

// The database that is kept lets people in, so that they can look something up: whoever
// still does is not in the way when it comes back, nor is who was in a restored one.
func TestSwap_EndsWhoIsInTheOther(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	h, back := s.Handlers()[ops.Swap], rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	back.Report = func(p ops.Progress) { t.Errorf("it did not go at once: %s", p.Note) }
	in := database + "_kt_7f3a"
	execute(t, "postgres", `ALTER DATABASE "`+in+`" ALLOW_CONNECTIONS true`)
	early := sessionOf(t, in, harness.User)
	wantDo(t, h, back)
	if early.Ping(t.Context()) == nil {
		t.Error("who was in the snapshot is still connected")
	}
	curious := sessionOf(t, database+"_kt_abandoned_b4c2", harness.User)
	undo(t, h, back)
	if curious.Ping(t.Context()) == nil {
		t.Error("who was in the kept database is still connected")
	}
	wantDatabases(t, database, "", "_kt_7f3a")
}
