package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// homes are the databases from which ours can be renamed and copied, for nobody can
// rename the database that they are connected to.
func (s *Server) homes() []string {
	if s.opts.Maintenance != "" {
		return []string{s.opts.Maintenance}
	}
	// template1 last: while somebody is connected to it nobody can make a database.
	return []string{"postgres", "template1"}
}

// beside runs f over a connection of its own to a database beside the live one.
func (s *Server) beside(ctx context.Context, application string, f func(*pgx.Conn) error) error {
	var failures []string
	for _, home := range s.homes() {
		if home == s.opts.Name {
			continue
		}
		conn, err := s.connectTo(ctx, home, application)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", home, err))
			continue
		}
		defer s.leave(ctx, conn)
		if _, err = conn.Exec(ctx, besideSQL); err == nil {
			err = f(conn)
		}
		var server *pgconn.PgError
		if errors.As(err, &server) && err.Error() == server.Error() { // else it says already what we tried
			return s.explain(err)
		}
		return err
	}
	if len(failures) == 0 {
		failures = []string{"there is none"}
	}
	return fmt.Errorf("connect to a database beside %s, from which it can be copied and renamed: %s; let user %s connect to one, and name it as database.maintenance",
		s.opts.Name, strings.Join(failures, "; "), s.opts.User)
}

// leave closes a connection. After a query that was stopped it waits until the server
// has stopped it too, so that nothing goes on behind our back.
func (s *Server) leave(ctx context.Context, conn *pgx.Conn) {
	_ = conn.Close(context.WithoutCancel(ctx))
	select {
	case <-conn.PgConn().CleanupDone():
	case <-time.After(killAfter):
		s.opts.Log.Warn("the server has not confirmed that it stopped a query")
	}
}

// connectTo is a connection to another database of the server.
func (s *Server) connectTo(ctx context.Context, database, application string) (*pgx.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	config := s.config.Copy()
	config.Database = database
	config.RuntimeParams["application_name"] = application[:min(len(application), longestName)]
	if password := s.opts.Password(); password != "" {
		config.Password = password
	}
	conn, err := pgx.ConnectConfig(limited, config)
	if err != nil {
		return nil, s.explain(err)
	}
	return conn, nil
}

// inOne runs statements in one transaction: all of them or none.
func inOne(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, sql := range statements {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
