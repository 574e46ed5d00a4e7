package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

const rehearsalRun = "r-0a1b2c3d"

// rehearsed is a copy of a database of three migrations, restored for a rehearsal.
func rehearsed(t *testing.T, events int) (*postgres.Server, ops.ScratchCopy) {
	t.Helper()
	s, _ := newDrilled(t, events)
	made, err := s.RestoreScratch(t.Context(), rehearsalRun, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return s, made
}

// migration is one that a test's API applies.
type migration struct {
	version int
	sql     string
}

// startAPI applies migrations to a database as sqlx does when an API starts.
func startAPI(t *testing.T, database string, migrations ...migration) error {
	t.Helper()
	var failed error
	superuser(t, database, func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "SET ROLE "+harness.User+"; SELECT pg_advisory_lock("+sqlxKey(database)+")"); err != nil {
			return err
		}
		failed = apply(ctx, conn, migrations)
		return nil
	})
	return failed
}

// apply ends with the first migration that fails.
func apply(ctx context.Context, conn *pgx.Conn, migrations []migration) error {
	for _, m := range migrations {
		began := time.Now()
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, m.sql); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO _sqlx_migrations VALUES ($1, $2, now(), true, 'x', -1)`, m.version, fmt.Sprintf("migration %d", m.version))
			return err
		})
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, `UPDATE _sqlx_migrations SET execution_time = $2 WHERE version = $1`, m.version, time.Since(began).Nanoseconds()); err != nil {
			return err
		}
	}
	return nil
}

func sqlxKey(database string) string {
	return fmt.Sprint(0x3d32ad9e * int64(crc32.ChecksumIEEE([]byte(database))))
}

// measure tells what was seen of migrations on the run's copy.
func measure(t *testing.T, s *postgres.Server, made ops.ScratchCopy, migrations ...migration) (ops.Measured, error) {
	t.Helper()
	stop, err := s.WatchScratch(t.Context(), rehearsalRun)
	if err != nil {
		t.Fatal(err)
	}
	failed := startAPI(t, made.Database, migrations...)
	measured, err := stop(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return measured, failed
}

func TestScratch_IsACopyThatTheAPICanUse(t *testing.T) {
	s, made := rehearsed(t, 500)
	live := databaseOf(t)
	if made.Database != live+"_kt_scratch_"+rehearsalRun || made.Bytes <= 0 || made.Took <= 0 || !strings.HasSuffix(made.Backup.File, "good.dump.zst") {
		t.Errorf("the copy is %+v", made)
	}
	if got := value(t, made.Database, "SELECT count(*) FROM events"); got != "500" {
		t.Errorf("it has %s events", got)
	}
	for _, what := range []string{"pg_get_userbyid(datdba)", "datacl::text", "datcollate", "encoding::text"} {
		ask := "SELECT " + what + " FROM pg_database WHERE datname = '%s'"
		if was, is := value(t, "postgres", fmt.Sprintf(ask, live)), value(t, "postgres", fmt.Sprintf(ask, made.Database)); was != is {
			t.Errorf("%s is %s, that of the live database %s", what, is, was)
		}
	}
	if got := value(t, made.Database, "SELECT (reltuples > 0) FROM pg_class WHERE relname = 'events'"); got != "true" {
		t.Error("it has no statistics")
	}
	for range 2 { // also when there is none
		if err := s.DropScratch(t.Context(), rehearsalRun); err != nil {
			t.Fatal(err)
		}
	}
	wantDatabases(t, live, "")
}

func TestScratch_BeginsAnewAfterACrash(t *testing.T) {
	s, made := rehearsed(t, 10)
	execute(t, made.Database, "DROP TABLE events")
	again, err := s.RestoreScratch(t.Context(), rehearsalRun, quiet)
	if err != nil || again.Database != made.Database || value(t, made.Database, "SELECT count(*) FROM events") != "10" {
		t.Errorf("%+v %v", again, err)
	}
}

func TestScratch_SweepsDeadRehearsals(t *testing.T) {
	s, _ := rehearsed(t, 10)
	live := databaseOf(t)
	// One died before it wrote its mark; a person's database only looks like one.
	execute(t, "postgres", fmt.Sprintf("CREATE DATABASE %q OWNER %s", live+"_kt_scratch_r-dead", harness.User))
	execute(t, "postgres", fmt.Sprintf("CREATE DATABASE %q", live+"_kt_scratch_r-mine"))
	execute(t, "postgres", fmt.Sprintf("COMMENT ON DATABASE %q IS 'mine'", live+"_kt_scratch_r-mine"))
	if _, err := s.RestoreScratch(t.Context(), "r-new", quiet); err != nil {
		t.Fatal(err)
	}
	wantDatabases(t, live, "", "_kt_scratch_r-mine", "_kt_scratch_r-new")
	if err := s.DropScratch(t.Context(), "r-mine"); err == nil || !strings.Contains(err.Error(), "not ktops's") {
		t.Errorf("a person's database was dropped: %v", err)
	}
	if _, err := s.Prune(t.Context(), time.Now(), "r-new"); err != nil {
		t.Fatal(err)
	}
	wantDatabases(t, live, "", "_kt_scratch_r-mine", "_kt_scratch_r-new")
	if _, err := s.Prune(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	wantDatabases(t, live, "", "_kt_scratch_r-mine")
}

func TestScratch_NeedsAVerifiedBackup(t *testing.T) {
	s, _ := open(t, newDatabase(t, 1))
	create(t, s, "unread")
	_, err := s.RestoreScratch(t.Context(), rehearsalRun, quiet)
	wantError(t, err, "no verified backup", "take one")
	wantDatabases(t, databaseOf(t), "")
}

func TestScratch_StoppedIsDropped(t *testing.T) {
	s, _ := newDrilled(t, 2000)
	ctx, stop := context.WithCancelCause(t.Context())
	_, err := s.RestoreScratch(ctx, rehearsalRun, func(ops.Progress) { stop(errors.New("aborted")) })
	wantError(t, err, "aborted")
	if err := s.DropScratch(t.Context(), rehearsalRun); err != nil {
		t.Fatal(err)
	}
	wantDatabases(t, databaseOf(t), "")
}

func TestScratch_RefusesARunThatIsNoName(t *testing.T) {
	s, _ := open(t, "keeptrusts")
	_, err := s.RestoreScratch(t.Context(), `r"; DROP`, quiet)
	wantError(t, err, "cannot be part of a database's name")
	wantError(t, s.DropScratch(t.Context(), ""), "cannot be part of a database's name")
}
