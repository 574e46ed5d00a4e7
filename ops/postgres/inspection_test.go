package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

func TestRestoreInto_LeavesANewDatabaseToBeLookedAt(t *testing.T) {
	s, _ := newDrilled(t, 2000)
	execute(t, databaseOf(t), "DELETE FROM events") // the live database has moved on
	t.Cleanup(func() { execute(t, "postgres", "DROP DATABASE IF EXISTS to_look_at") })
	last := ops.Progress{}
	got, err := s.RestoreInto(t.Context(), "good", "to_look_at", func(p ops.Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if got.Database != "to_look_at" || got.Rows != 2043 || ops.Worst(got.Checks) != ops.Pass || last.Fraction != 1 {
		t.Errorf("it is %+v, progress %v", got, last)
	}
	if !slices.Equal(got.Drop, []string{"dropdb", "--host=127.0.0.1", fmt.Sprintf("--port=%d", port()), "--username=" + harness.User, "to_look_at"}) {
		t.Errorf("drop it with %v", got.Drop)
	}
	wantDatabases(t, databaseOf(t), "")
	superuser(t, "to_look_at", func(ctx context.Context, conn *pgx.Conn) error {
		var rows, analyzed int
		var comment string
		err := conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM events), (SELECT reltuples FROM pg_class WHERE relname = 'events'),
			shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()`).Scan(&rows, &analyzed, &comment)
		if rows != 2000 || analyzed != 2000 {
			t.Errorf("%d rows, %d analyzed", rows, analyzed)
		}
		wantWith(t, comment, "restored by ktops from ", "to be looked at")
		return err
	})
	if _, err := s.Drill(t.Context(), "", quiet); err != nil { // sweeps what is ktops's own
		t.Error(err)
	}
	_, err = s.RestoreInto(t.Context(), "good", "to_look_at", quiet)
	wantError(t, err, "there is a database of that name already")
}

func TestRestoreInto_RefusesNamesThatAreNotNew(t *testing.T) {
	s, _ := newDrilled(t, 20)
	for into, say := range map[string]string{
		databaseOf(t): "that is the live database",
		"postgres":    "database of the server itself",
		"template1":   "database of the server itself",
		"":            "cannot be its name",
		`a"; DROP`:    "cannot be its name",
		"Upper":       "cannot be its name",
		databaseOf(t) + "_kt_drill_20260101020304": "names with _kt_ are those that ktops makes",
	} {
		_, err := s.RestoreInto(t.Context(), "good", into, quiet)
		wantError(t, err, "restore good into "+into, say)
	}
	_, err := s.RestoreInto(t.Context(), "", "fresh", quiet)
	wantError(t, err, "no backup is named")
	_, err = s.RestoreInto(t.Context(), "missing", "fresh", quiet)
	wantError(t, err, "there is no ")
	wantDatabases(t, databaseOf(t), "")
}

func TestRestoreInto_LeavesNothingOfWhatFailed(t *testing.T) {
	s, dir := newDrilled(t, 2000)
	full, _ := open(t, databaseOf(t), func(o *postgres.Options) { o.BackupDir, o.DataDir = dir, "/proc" })
	_, err := full.RestoreInto(t.Context(), "good", "too_large", quiet)
	wantError(t, err, "it needs 4.8 GB", "free ")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err = s.RestoreInto(ctx, "good", "stopped", func(ops.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	file := filepath.Join(dir, "good.dump.zst")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.RestoreInto(t.Context(), "good", "damaged", quiet)
	wantError(t, err, "damaged or changed")
	for _, name := range []string{"too_large", "stopped", "damaged"} {
		if left := databases(t, name); len(left) != 0 {
			t.Errorf("left are %v", left)
		}
	}
	wantDatabases(t, databaseOf(t), "")
}
