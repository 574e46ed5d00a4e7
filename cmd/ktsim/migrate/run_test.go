package migrate_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"
	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
	"github.com/keeptrusts/ktops/internal/harness"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

func run(t *testing.T, conn *pgx.Conn, version string, faults fault.Faults) error {
	t.Helper()
	set, err := migrate.Set(version)
	if err != nil {
		t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	return migrate.Run(t.Context(), conn, set, faults, logrus.NewEntry(log))
}

// recorded says up to which migration the database is, and how many there are.
func recorded(t *testing.T, conn *pgx.Conn) (last int64, count int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), `SELECT coalesce(max(version), 0), count(*) FROM _sqlx_migrations
		WHERE success AND execution_time > 0 AND octet_length(checksum) = 48`).Scan(&last, &count); err != nil {
		t.Fatal(err)
	}
	return last, count
}

func mustRun(t *testing.T, conn *pgx.Conn, version string) {
	t.Helper()
	if err := run(t, conn, version, fault.Faults{}); err != nil {
		t.Fatal(err)
	}
}

func TestRun_MigratesUpAndRefusesToGoBack(t *testing.T) {
	conn := connect(t, harness.TestPostgres(t).URL())
	for _, step := range []struct {
		version string
		last    int64
		count   int
	}{{"2.3.4", 141, 4}, {"2.4.3", 144, 7}, {"2.4.3", 144, 7}, {"2.5.0", 147, 10}, {"3.0.0", 149, 12}} {
		mustRun(t, conn, step.version)
		if last, count := recorded(t, conn); last != step.last || count != step.count {
			t.Errorf("after %s: %d migrations up to %d", step.version, count, last)
		}
	}
	if err := run(t, conn, "2.5.0", fault.Faults{}); !errors.Is(err, migrate.ErrMissing) {
		t.Errorf("an older version started on a newer schema: %v", err)
	}
}

func TestRun_RefusesModifiedAndDirty(t *testing.T) {
	conn := connect(t, harness.TestPostgres(t).URL())
	mustRun(t, conn, "2.4.3")
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	change(`UPDATE _sqlx_migrations SET success = false WHERE version = 144`)
	if err := run(t, conn, "2.4.3", fault.Faults{}); !errors.Is(err, migrate.ErrDirty) {
		t.Errorf("a half-applied migration: %v", err)
	}
	change(`UPDATE _sqlx_migrations SET success = true, checksum = '\x00' WHERE version = 144`)
	if err := run(t, conn, "2.5.0", fault.Faults{}); !errors.Is(err, migrate.ErrMismatch) {
		t.Errorf("a modified migration: %v", err)
	}
	if last, _ := recorded(t, conn); last > 144 {
		t.Errorf("a refusal migrated up to %d", last)
	}
}

func TestRun_AFailedMigrationLeavesNothing(t *testing.T) {
	conn := connect(t, harness.TestPostgres(t).URL())
	mustRun(t, conn, "2.4.3")
	if err := run(t, conn, "2.5.0", fault.Faults{MigrationFails: true}); err == nil {
		t.Fatal("the migration did not fail")
	}
	if last, _ := recorded(t, conn); last != 144 {
		t.Errorf("a failed migration left %d", last)
	}
	mustRun(t, conn, "2.5.0")
}

func TestRun_TwoServersAtOnceMigrateOnce(t *testing.T) {
	url := harness.TestPostgres(t).URL()
	var both errgroup.Group
	for range 2 {
		conn := connect(t, url)
		both.Go(func() error { return run(t, conn, "2.5.0", fault.Faults{MigrationSlow: 20 * time.Millisecond}) })
	}
	if err := both.Wait(); err != nil {
		t.Error(err)
	}
}
