package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// fakeClient puts a shell script in the place of one client program.
func fakeClient(t *testing.T, name, script string) func(*postgres.Options) {
	t.Helper()
	return func(o *postgres.Options) {
		dir := filepath.Join(filepath.Dir(o.BackupDir), "bin")
		text := "#!/bin/sh\n" + script + "\n"
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
		o.BinDir = dir
	}
}

// tableLock is an exclusive lock that somebody else holds.
type tableLock struct {
	t        *testing.T
	database string
	conn     *pgx.Conn
}

func lockTable(t *testing.T, database, table string) *tableLock {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, superURL(database))
	if err != nil {
		t.Fatal(err)
	}
	l := &tableLock{t: t, database: database, conn: conn}
	t.Cleanup(l.release)
	for _, sql := range []string{"BEGIN", "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// somebodyWaits is nil once a session waits for a lock in the database.
func (l *tableLock) somebodyWaits() error {
	var n int
	superuser(l.t, "postgres", func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`, l.database).Scan(&n)
	})
	if n == 0 {
		return errors.New("nobody waits")
	}
	return nil
}

func (l *tableLock) release() { _ = l.conn.Close(context.WithoutCancel(l.t.Context())) }

func cutLine(s string) (string, string) {
	line, rest, _ := strings.Cut(s, "\n")
	return line, rest
}

func wantWith(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
}

func wantWithout(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q must not be in %s", part, text)
		}
	}
}

func superURL(database string) string { return urlOf(database, "postgres") }

func urlOf(database, user string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", user, harness.Password, port(), database)
}

// sessionOf is a connection of somebody else, until the test ends.
func sessionOf(t *testing.T, database, user string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), urlOf(database, user))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}
