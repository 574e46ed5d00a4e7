package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connectLimit bounds a whole attempt to connect: every address, with and without TLS.
const connectLimit = 10 * time.Second

// SQLSTATE codes that have an advice of their own (PostgreSQL, appendix A).
const (
	invalidPassword      = "28P01"
	invalidAuthorization = "28000"
	unknownDatabase      = "3D000"
	undefinedTable       = "42P01"
	noPrivilege          = "42501"
	tooManyConnections   = "53300"
	cannotConnectNow     = "57P03"
	lockNotAvailable     = "55P03"
	objectInUse          = "55006"
	adminShutdown        = "57P01"
	crashShutdown        = "57P02"
	undefinedFunction    = "42883"
)

// with runs f over a connection of its own.
func (s *Server) with(ctx context.Context, f func(*pgx.Conn) error) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return s.explain(f(conn))
}

// look runs f in a transaction that reads only, and that does not wait long for a
// table which somebody, such as a migration, holds exclusively.
func (s *Server) look(ctx context.Context, f func(pgx.Tx) error) error {
	return s.with(ctx, func(conn *pgx.Conn) error {
		tx, err := conn.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing was written
		if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '3s'"); err != nil {
			return err
		}
		return f(tx)
	})
}

func (s *Server) connect(ctx context.Context) (*pgx.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	config := s.config.Copy()
	if password := s.opts.Password(); password != "" {
		config.Password = password
	}
	conn, err := pgx.ConnectConfig(limited, config)
	if err == nil {
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("connect to %s: %w", s, s.explain(err))
}

// String names the server for people.
func (s *Server) String() string {
	return fmt.Sprintf("PostgreSQL at %s as %s, database %s",
		net.JoinHostPort(s.opts.Host, fmt.Sprint(s.opts.Port)), s.opts.User, s.opts.Name)
}

// explained is a failure with what to do about it. It prints only what we wrote,
// and keeps the cause for errors.As.
type explained struct {
	text  string
	cause error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.cause }

// explain says what a failure means here and what to do. An error it does not know
// is returned as it is; pgx takes passwords out of its own texts.
func (s *Server) explain(err error) error {
	say := func(format string, args ...any) error {
		return &explained{text: fmt.Sprintf(format, args...), cause: err}
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return s.explainServer(server, say)
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return say("no address is known for host %s: check database.host", s.opts.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return say("connection refused: is the server running, and is it this host and port?")
	case errors.Is(err, syscall.ENOENT):
		return say("there is no Unix socket in %s: is the server running on this machine?", s.opts.Host)
	case errors.Is(err, context.DeadlineExceeded):
		return say("no answer within 10 seconds: check host, port and firewall")
	}
	return err
}

func (s *Server) explainServer(server *pgconn.PgError, say func(string, ...any) error) error {
	switch server.Code {
	case invalidPassword:
		return say("the server refused the password of user %s: check database.password", s.opts.User)
	case invalidAuthorization:
		return say("the server does not let user %s in (%s): check database.user and pg_hba.conf", s.opts.User, server.Message)
	case unknownDatabase:
		return say("there is no database %s on this server: check database.name", s.opts.Name)
	case noPrivilege:
		return say("%s: grant user %s that right, or use another user", server.Message, s.opts.User)
	case tooManyConnections:
		return say("the server has no connection left (%s): close some or raise max_connections", server.Message)
	case lockNotAvailable:
		return say("somebody holds a table of database %s exclusively: let a migration that runs end first", s.opts.Name)
	case cannotConnectNow:
		return say("the server is not ready (%s): try again in a moment", server.Message)
	}
	return say("%s (SQLSTATE %s)", server.Message, server.Code)
}
