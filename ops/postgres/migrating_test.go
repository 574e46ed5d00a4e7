package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMigrating_SeesTheLockOfSqlx(t *testing.T) {
	database := newDatabase(t, 0)
	s, _ := open(t, database)
	want := func(want bool, patience time.Duration, when string) {
		t.Helper()
		if busy, err := s.Migrating(t.Context(), patience); err != nil || busy != want {
			t.Errorf("%s: migrating is %v (%v), want %v", when, busy, err, want)
		}
	}
	key := 0x3d32ad9e * int64(crc32.ChecksumIEEE([]byte(database)))
	want(false, time.Hour, "at rest")
	superuser(t, database, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", key+1))
		want(false, time.Hour, "under another lock")
		return err
	})
	superuser(t, "postgres", func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", key))
		want(false, time.Hour, "under the same lock of another database")
		return err
	})
	superuser(t, database, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", key))
		want(true, 0, "under its lock")
		return err
	})
}

func TestMigrating_DoesNotCountOneThatWaitsForAForgottenSession(t *testing.T) {
	database := newDatabase(t, 0)
	s, _ := open(t, database)
	execute(t, database, "CREATE TABLE invoices (id int)")
	superuser(t, database, func(ctx context.Context, forgotten *pgx.Conn) error {
		if _, err := forgotten.Exec(ctx, "BEGIN; SELECT FROM invoices"); err != nil {
			return err
		}
		api, err := pgx.Connect(ctx, superURL(database))
		if err != nil {
			return err
		}
		migrates := make(chan error, 1)
		go func() {
			_, err := api.Exec(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d); ALTER TABLE invoices ADD note text",
				0x3d32ad9e*int64(crc32.ChecksumIEEE([]byte(database)))))
			migrates <- err
		}()
		eventually(t, "the migration waits for a lock", func() error {
			hasty, err := s.Migrating(t.Context(), time.Microsecond)
			patient, err2 := s.Migrating(t.Context(), time.Hour)
			if hasty || !patient {
				return errors.Join(err, err2, fmt.Errorf("migrating is %v, or %v with patience", hasty, patient))
			}
			return nil
		})
		if _, err := forgotten.Exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
		if err := <-migrates; err != nil {
			return err
		}
		if busy, err := s.Migrating(ctx, 0); err != nil || !busy {
			t.Errorf("once it goes on, migrating is %v (%v)", busy, err)
		}
		return api.Close(ctx)
	})
}
