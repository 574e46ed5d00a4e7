package postgres_test

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// needCluster leaves out a test that needs real PostgreSQL.
func needCluster(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
}

func port() int {
	n, _ := strconv.Atoi(os.Getenv(envPort)) // zero in -short, where nobody connects
	return n
}

// superuser runs f with a connection that may do everything.
func superuser(t *testing.T, database string, f func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also while cleaning up
	conn, err := pgx.Connect(ctx, superURL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := f(ctx, conn); err != nil {
		t.Fatal(err)
	}
}

func execute(t *testing.T, database, sql string) {
	t.Helper()
	superuser(t, database, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sql)
		return err
	})
}

//go:embed testdata/events.sql
var eventsSQL string

// newDatabase makes a database of the application with so many audit events. Its
// name is that of the test.
func newDatabase(t *testing.T, events int) string {
	t.Helper()
	needCluster(t)
	name := strings.ToLower(strings.NewReplacer("/", "_", "-", "_").Replace(t.Name()))
	name = name[:min(len(name), 60)]
	execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE %q OWNER %s`, name, harness.User))
	t.Cleanup(func() { execute(t, "postgres", fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, name)) })
	execute(t, name, strings.Replace(eventsSQL, "EVENTS", strconv.Itoa(events), 1))
	return name
}

// open is a Server of a database with a backup directory of its own.
func open(t *testing.T, database string, edits ...func(*postgres.Options)) (*postgres.Server, string) {
	t.Helper()
	opts := options(database, filepath.Join(t.TempDir(), "backups"))
	for _, edit := range edits {
		edit(&opts)
	}
	server, err := postgres.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return server, opts.BackupDir
}

func options(database, dir string) postgres.Options {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return postgres.Options{
		Host: "127.0.0.1", Port: port(), Name: database, User: harness.User,
		Password: func() string { return harness.Password }, SSLMode: "disable",
		BinDir: os.Getenv(envBin), BackupDir: dir, Log: logrus.NewEntry(log),
	}
}

func quiet(ops.Progress) {}

// create takes a backup that must succeed.
func create(t *testing.T, s *postgres.Server, name string) ops.Backup {
	t.Helper()
	b, err := s.Create(t.Context(), name, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// verify reads a backup back, which must succeed.
func verify(t *testing.T, s *postgres.Server, name string) ops.Backup {
	t.Helper()
	b, err := s.Verify(t.Context(), name, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// files are the names in a directory, sorted.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := files(t, dir); !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v", got, want)
	}
}

// wantError checks that a failure says all of what a person needs, and never the
// password.
func wantError(t *testing.T, err error, say ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", say)
	}
	for _, text := range say {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
	if strings.Contains(err.Error(), harness.Password) {
		t.Errorf("the error has the password: %v", err)
	}
}

// eventually waits until nothing is wrong any more.
func eventually(t *testing.T, what string, ask func() error) {
	t.Helper()
	err := harness.Until(t.Context(), what, 20*time.Second, func(context.Context) error { return ask() })
	if err != nil {
		t.Fatal(err)
	}
}

// noSession waits until no backup has a session in the database any more.
func noSession(t *testing.T, database string) {
	t.Helper()
	eventually(t, "the dump's session is gone", func() error {
		var n int
		superuser(t, "postgres", func(ctx context.Context, conn *pgx.Conn) error {
			return conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = $1`, database).Scan(&n)
		})
		if n > 0 {
			return fmt.Errorf("%d sessions are left", n)
		}
		return nil
	})
}
