package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops/postgres"
)

func TestOpen_RefusesWhatCannotWork(t *testing.T) {
	for what, edit := range map[string]func(*postgres.Options){
		"host, name and user must be set":    func(o *postgres.Options) { o.Host = "" },
		"backups\" must be an absolute path": func(o *postgres.Options) { o.BackupDir = "backups" },
		"sslmode is invalid":                 func(o *postgres.Options) { o.SSLMode = "maybe" },
	} {
		opts := options("keeptrusts", "/var/backups")
		edit(&opts)
		_, err := postgres.Open(opts)
		wantError(t, err, "open the database", what)
	}
}

func TestOptions_NeverPrintThePassword(t *testing.T) {
	opts := options("keeptrusts", "/var/backups")
	server, err := postgres.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%+v %#v", opts, opts), fmt.Sprintf("%v %+v %#v", server, server, server)} {
		wantWithout(t, text, harness.Password)
	}
}

func TestApplied_SaysWhyItCannotConnect(t *testing.T) {
	database := newDatabase(t, 0)
	execute(t, "postgres", "DROP ROLE IF EXISTS nobody; CREATE ROLE nobody LOGIN PASSWORD '"+harness.Password+"'")
	execute(t, database, sqlxTable)
	for what, edit := range map[string]func(*postgres.Options){
		"connection refused: is the server running":    func(o *postgres.Options) { o.Port = deadPort(t) },
		"refused the password of user keeptrusts":      func(o *postgres.Options) { o.Password = func() string { return "wrong-" + harness.Password } },
		"there is no database missing on this server":  func(o *postgres.Options) { o.Name = "missing" },
		"grant user nobody that right":                 func(o *postgres.Options) { o.User = "nobody" },
		"no address is known for host nowhere.invalid": func(o *postgres.Options) { o.Host = "nowhere.invalid" },
		"there is no Unix socket in /nowhere":          func(o *postgres.Options) { o.Host = "/nowhere" },
		"server refused TLS connection":                func(o *postgres.Options) { o.SSLMode = "require" },
		"database.password":                            func(o *postgres.Options) { o.Password = nil },
	} {
		s, _ := open(t, database, edit)
		_, err := s.Applied(t.Context())
		wantError(t, err, "list the applied migrations", what)
	}
}

// A wrong password in pg_dump's own connection is told by pg_dump.
func TestCreate_WrongPasswordIsNotPrinted(t *testing.T) {
	var calls atomic.Int32
	s, dir := open(t, newDatabase(t, 10), func(o *postgres.Options) {
		o.Password = func() string {
			if calls.Add(1) > 2 { // ours are right, pg_dump's and the watcher's are not
				return "wrong-" + harness.Password
			}
			return harness.Password
		}
	})
	_, err := s.Create(t.Context(), "first", quiet)
	wantError(t, err, "pg_dump", "password authentication failed")
	wantFiles(t, dir)
}

func TestApplied_KeepsTheCauseForCallers(t *testing.T) {
	s, _ := open(t, newDatabase(t, 0), func(o *postgres.Options) { o.Name = "missing" })
	_, err := s.Applied(t.Context())
	var server *pgconn.PgError
	if !errors.As(err, &server) || server.Code != "3D000" {
		t.Errorf("the cause of %v is lost", err)
	}
}

func TestApplied_EndsWithItsContext(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, but never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	s, _ := open(t, "keeptrusts", func(o *postgres.Options) { o.Port = silent.Addr().(*net.TCPAddr).Port })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Applied(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that it was cancelled", err)
	}
}

// deadPort is a port on which nobody listens.
func deadPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().(*net.TCPAddr).Port
}
