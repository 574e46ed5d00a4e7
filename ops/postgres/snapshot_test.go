package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// newMigrated is a database of the application on which so many migrations were
// applied, with the task of a run that stands before its snapshot.
func newMigrated(t *testing.T, events, migrations int) (string, ops.Task) {
	t.Helper()
	database := newDatabase(t, events)
	t.Cleanup(func() { dropAsides(t, database) })
	execute(t, database, sqlxTable+"; DELETE FROM _sqlx_migrations")
	migrate(t, database, 1, migrations)
	task := step(ops.Snapshot)
	task.Run.Plan.Facts.Applied = migrations
	return database, task
}

// migrate applies migrations from first to last, as the target's API does.
func migrate(t *testing.T, database string, first, last int) {
	t.Helper()
	execute(t, database, fmt.Sprintf(`INSERT INTO _sqlx_migrations
		SELECT n, 'migration ' || n, now(), true, int8send(n), 1 FROM generate_series(%d, %d) n`, first, last))
}

// dropAsides removes what a test left beside its database.
func dropAsides(t *testing.T, database string) {
	t.Helper()
	for _, name := range databases(t, database) {
		if name != database {
			execute(t, "postgres", fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, name))
		}
	}
}

// databases are those of the name and beside it.
func databases(t *testing.T, database string) []string {
	t.Helper()
	var names []string
	superuser(t, "postgres", func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT datname::text FROM pg_database WHERE datname = $1 OR datname LIKE replace($1, '_', '\_') || '\_kt\_%' ORDER BY 1`, database)
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return names
}

func wantDatabases(t *testing.T, database string, suffixes ...string) {
	t.Helper()
	var want []string
	for _, suffix := range suffixes {
		want = append(want, database+suffix)
	}
	if got := databases(t, database); !slices.Equal(got, want) {
		t.Errorf("databases are %v, want %v", got, want)
	}
}

// value is one value as text.
func value(t *testing.T, database, sql string) string {
	t.Helper()
	var v *string
	superuser(t, database, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT ("+sql+")::text").Scan(&v)
	})
	if v == nil {
		return "NULL"
	}
	return *v
}

// propertiesOf is everything of a database that the copy must have too.
func propertiesOf(t *testing.T, database string) string {
	t.Helper()
	const sql = `SELECT concat_ws(E'\n', pg_get_userbyid(datdba), shobj_description(oid, 'pg_database'), datconnlimit, datallowconn, encoding, datcollate,
		(SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(datacl) a),
		(SELECT string_agg(pg_get_userbyid(setrole) || ' ' || c, E'\n' ORDER BY setrole, c) FROM pg_db_role_setting, unnest(setconfig) c WHERE setdatabase = d.oid))
		FROM pg_database d WHERE datname = '%s'`
	return value(t, "postgres", fmt.Sprintf(sql, database))
}

func undo(t *testing.T, h ops.Handler, task ops.Task) ops.Result {
	t.Helper()
	result, err := h.(ops.Undoer).Undo(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestSnapshot_UndoBringsBackEverything(t *testing.T) {
	database, task := newMigrated(t, 1000, 3)
	execute(t, "postgres", strings.NewReplacer("DB", `"`+database+`"`).Replace(`
		DROP ROLE IF EXISTS "the ""reader";
		CREATE ROLE "the ""reader";
		REVOKE TEMPORARY ON DATABASE DB FROM PUBLIC;
		GRANT CONNECT ON DATABASE DB TO "the ""reader" WITH GRANT OPTION;
		ALTER DATABASE DB SET search_path TO "$user", public, "with, comma", "with "" quote";
		ALTER DATABASE DB SET work_mem TO '7MB';
		ALTER DATABASE DB SET application_name TO E'it''s a \\ back = slash';
		ALTER ROLE keeptrusts IN DATABASE DB SET timezone TO 'Europe/Berlin';
		ALTER DATABASE DB CONNECTION LIMIT 42;
		COMMENT ON DATABASE DB IS E'the team''s\nlive "database"'`))
	t.Cleanup(func() { execute(t, "postgres", `DROP OWNED BY "the ""reader"; DROP ROLE "the ""reader"`) })
	before := propertiesOf(t, database)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]

	wantDone(t, h, task, false)
	made := wantDo(t, h, task)
	if made.Snapshot != database+"_kt_7f3a" || !strings.Contains(made.Note, "MB copied in ") {
		t.Fatalf("the result is %+v", made)
	}
	if again := wantDone(t, h, task, true); again.Snapshot != made.Snapshot {
		t.Errorf("after a crash the snapshot is %q", again.Snapshot)
	}
	wantDatabases(t, database, "", "_kt_7f3a")

	migrate(t, database, 4, 5)
	execute(t, database, "DELETE FROM events")
	if note := undo(t, h, task).Note; !strings.Contains(note, "what was there is kept as "+database+"_kt_abandoned_7f3a") {
		t.Errorf("the note is %q", note)
	}
	wantDatabases(t, database, "", "_kt_abandoned_7f3a")
	if after := propertiesOf(t, database); after != before {
		t.Errorf("the database is now\n%s\nand was\n%s", after, before)
	}
	for where, want := range map[string]string{database: "1000 3", database + "_kt_abandoned_7f3a": "0 5"} {
		if got := value(t, where, `(SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM _sqlx_migrations)`); got != want {
			t.Errorf("%s has %s, want %s", where, got, want)
		}
	}
	comment := value(t, "postgres", fmt.Sprintf(`SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '%s_kt_abandoned_7f3a'`, database))
	wantWith(t, comment, "ktops: abandoned state of", "7f3a")

	// A second undo, after a crash before it was written down, finds it done.
	if note := undo(t, h, task).Note; !strings.Contains(note, "was put back before") {
		t.Errorf("the note is %q", note)
	}
}

func TestSnapshot_UndoWithoutMigrationsOnlyDropsIt(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	if note := undo(t, h, task).Note; note != "there is no snapshot to put back" {
		t.Errorf("before it was made the note is %q", note)
	}
	wantDo(t, h, task)
	execute(t, database, "DELETE FROM tenants")
	if note := undo(t, h, task).Note; !strings.Contains(note, "dropped") {
		t.Errorf("the note is %q", note)
	}
	wantDatabases(t, database, "")
	if got := value(t, database, "SELECT count(*) FROM tenants"); got != "0" {
		t.Error("the live database was not left as it is")
	}
}

// A database that is older than the C library of its server can be copied too.
func TestSnapshot_KeepsTheVersionOfTheCollation(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	versions := fmt.Sprintf(`SELECT string_agg(coalesce(datcollversion, 'none'), ' ') FROM pg_database WHERE datname IN ('%[1]s', '%[1]s_kt_7f3a')`, database)
	execute(t, "postgres", fmt.Sprintf(`UPDATE pg_database SET datcollversion = '2.31' WHERE datname = '%s'`, database))
	s, _ := open(t, database)
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	if got := value(t, "postgres", versions); got != "2.31 2.31" {
		t.Errorf("the versions are %s", got)
	}
}

func TestSnapshot_DropsOnlyWhatItLeft(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE "%s_kt_7f3a" OWNER keeptrusts`, database))
	wantDone(t, h, task, false)
	wantDo(t, h, task)
	if got := value(t, "postgres", fmt.Sprintf(`SELECT datallowconn FROM pg_database WHERE datname = '%s_kt_7f3a'`, database)); got != "false" {
		t.Error("the leftover was taken for the snapshot")
	}
	execute(t, "postgres", fmt.Sprintf(`COMMENT ON DATABASE "%s_kt_7f3a" IS 'mine'`, database))
	wantDone(t, h, task, false)
	_, err := h.Do(t.Context(), task)
	wantError(t, err, "its comment says that it is not ktops's")
	_, err = h.(ops.Undoer).Undo(t.Context(), task)
	wantError(t, err, "is not the snapshot of this run")
	wantDatabases(t, database, "", "_kt_7f3a")
}

func TestSnapshot_RefusesADiskThatIsTooSmall(t *testing.T) {
	database, task := newMigrated(t, 10, 1)
	full := func(o *postgres.Options) { o.DataDir = "/proc" } // where nothing is ever free
	s, _ := open(t, database, full)
	_, err := s.Handlers()[ops.Snapshot].Do(t.Context(), task)
	wantError(t, err, "it needs ", " on the disk of /proc, of which 0 B is free")
	wantDatabases(t, database, "")
	wantWith(t, noSnapshot(t, database, full), "it needs ", "of which 0 B is free")
}

func TestSnapshot_RefusesARunWithoutASafeID(t *testing.T) {
	s, _ := open(t, "keeptrusts")
	task := step(ops.Snapshot)
	task.Run.ID = `x"; DROP DATABASE keeptrusts`
	h := s.Handlers()[ops.Snapshot]
	_, _, done := h.Done(t.Context(), task)
	_, do := h.Do(t.Context(), task)
	_, undone := h.(ops.Undoer).Undo(t.Context(), task)
	for _, err := range []error{done, do, undone} {
		wantError(t, err, "cannot be part of a database's name")
	}
}
