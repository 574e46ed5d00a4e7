package postgres_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops/postgres"
)

// sqlxTable is the table as sqlx makes it, with one migration that is dirty.
const sqlxTable = `
	SET ROLE keeptrusts;
	CREATE TABLE _sqlx_migrations (
		version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
		success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);
	INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES
		(2, 'add events', false, '\xbeef', -1),
		(1, 'init', true, '\xcafe', 1500000)`

func TestApplied_ListsWhatSqlxRecorded(t *testing.T) {
	database := newDatabase(t, 0)
	s, _ := open(t, database)
	if list, err := s.Applied(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("before the first start of the API: %v (%v), want none", list, err)
	}
	execute(t, database, sqlxTable)
	list, err := s.Applied(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("the list is %v (%v), want two", list, err)
	}
	first, dirty := list[0], list[1]
	if first.Version != 1 || first.Description != "init" || first.Checksum != "cafe" || !first.Success ||
		first.ExecutionTime != 1500*time.Microsecond || time.Since(first.InstalledOn) > time.Minute {
		t.Errorf("the first is %+v", first)
	}
	if dirty.Version != 2 || dirty.Success || dirty.ExecutionTime >= 0 {
		t.Errorf("the dirty one is %+v", dirty)
	}
}

func TestObserveDatabase(t *testing.T) {
	database := newDatabase(t, 2_000)
	execute(t, database, sqlxTable)
	s, dir := open(t, database, func(o *postgres.Options) { o.DataDir = "/" })
	state, err := s.ObserveDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if state.Backup != nil || state.BackupDir != dir || state.BackupFree <= 0 {
		t.Errorf("before the first backup: %+v", state)
	}
	if state.DataFree == nil || *state.DataFree <= 0 {
		t.Errorf("free space of the data directory is %v", state.DataFree)
	}
	if len(state.Largest) != 3 || state.Largest[0].Name != "events" || state.Largest[0].Bytes < 100_000 || state.Bytes < state.Largest[0].Bytes {
		t.Errorf("tables are %v of %d bytes", state.Largest, state.Bytes)
	}
	if len(state.Applied) != 2 || state.Server == "" || state.Client == "" || state.Sessions != 0 {
		t.Errorf("observed %+v", state)
	}
	create(t, s, "first")
	good := verify(t, s, "first")
	create(t, s, "second")
	superuser(t, database, func(ctx context.Context, _ *pgx.Conn) error {
		state, err = s.ObserveDatabase(ctx)
		return err
	})
	if state.Backup == nil || !reflect.DeepEqual(*state.Backup, good) {
		t.Errorf("the newest verified backup is %+v, want %+v", state.Backup, good)
	}
	if state.Sessions != 1 {
		t.Errorf("%d sessions, want the one of the test", state.Sessions)
	}
}

func TestObserveDatabase_DataElsewhereIsNotSeen(t *testing.T) {
	s, _ := open(t, newDatabase(t, 0))
	if state, err := s.ObserveDatabase(t.Context()); err != nil || state.DataFree != nil {
		t.Errorf("free space is %v (%v), want none", state.DataFree, err)
	}
}

func TestObserveDatabase_SaysWhatIsWrongHere(t *testing.T) {
	database := newDatabase(t, 0)
	for what, edit := range map[string]func(*postgres.Options){
		"correct database.data_directory": func(o *postgres.Options) { o.DataDir = "/nowhere" },
		"correct database.bin":            func(o *postgres.Options) { o.BinDir = "/nowhere" },
		"it answers \"hello\"":            fakeClient(t, "pg_dump", "echo hello"),
		"cannot be run":                   fakeClient(t, "pg_dump", "echo cannot be run >&2; exit 1"),
	} {
		s, _ := open(t, database, edit)
		_, err := s.ObserveDatabase(t.Context())
		wantError(t, err, "observe the database", what)
	}
}

// A migration that rewrites a table must not hold up who only looks.
func TestObserveDatabase_DoesNotWaitForALock(t *testing.T) {
	database := newDatabase(t, 0)
	s, _ := open(t, database)
	lockTable(t, database, "events")
	_, err := s.ObserveDatabase(t.Context())
	wantError(t, err, "observe the database", "holds a table of database "+database+" exclusively")
}
