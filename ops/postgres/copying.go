package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keeptrusts/ktops/ops"
)

// live is what copying needs to know of the live database.
type live struct {
	owner   string
	comment string
	bytes   int64
	version int // server_version_num
	// collation is the version of the collation that its indexes were built with;
	// empty where none is recorded.
	collation string
}

func (s *Server) lookAtLive(ctx context.Context, conn *pgx.Conn) (live, error) {
	var l live
	err := conn.QueryRow(ctx, liveSQL, s.opts.Name).Scan(&l.owner, &l.comment, &l.bytes, &l.version, &l.collation)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, fmt.Errorf("there is no database %s on this server", s.opts.Name)
	}
	return l, err
}

const (
	// strategySince is the server from which the way of copying can be chosen.
	strategySince = 150000
	// blocksSince is the server from which copying by blocks leaves the live database
	// sound: before 15.3 changes to its catalogue made soon after could be lost.
	blocksSince = 150003
	// blocksUpTo is the size up to which copying by blocks through the write-ahead
	// log is quicker than copying files, which waits for two checkpoints.
	blocksUpTo = 64 << 20
	// ownSessions is how often a copy is tried again that only ktops itself, looking
	// at the database for a moment, is in the way of. The server waits 5 s each time.
	ownSessions = 3
)

// createSQL makes the copy. Nobody may connect to it: it must stay what it is, also
// in the version of its collation, for which the server otherwise refuses to copy
// a database that is older than its operating system.
func createSQL(l live, from, name string) string {
	sql := "CREATE DATABASE " + quote(name) + " WITH TEMPLATE " + quote(from) + " OWNER " + quote(l.owner) + " ALLOW_CONNECTIONS false"
	if l.version < strategySince {
		return sql
	}
	if l.collation != "" {
		sql += " COLLATION_VERSION " + quoteLiteral(l.collation)
	}
	if l.bytes <= blocksUpTo && l.version >= blocksSince {
		return sql + " STRATEGY wal_log"
	}
	return sql + " STRATEGY file_copy"
}

// copyDatabase copies the live database. While it does, the server lets nobody
// connect to it. Idle sessions, such as a pooler's, are ended; who is doing something
// is named instead.
func (s *Server) copyDatabase(ctx context.Context, conn *pgx.Conn, l live, name string, report func(ops.Progress)) error {
	defer tellTime(ctx, "copying "+bytesText(l.bytes), report)()
	for attempt := 1; ; attempt++ {
		stop := s.evict(ctx, idle, s.opts.Name)
		_, err := conn.Exec(ctx, createSQL(l, s.opts.Name, name))
		evicting := stop()
		if !isCode(err, objectInUse) {
			return err
		}
		all, looking := sessions(ctx, conn, s.opts.Name)
		if who := others(all); len(who) > 0 {
			return fmt.Errorf("%s connected to it: %s; close them and try again", areSessions(len(who)), sessionsText(who))
		}
		if looking != nil || attempt == ownSessions {
			return errors.Join(err, evicting, looking)
		}
	}
}

// finish gives the copy what copying left out and marks it whole, both or neither.
func (s *Server) finish(ctx context.Context, conn *pgx.Conn, name string, m mark) error {
	statements, err := s.properties(ctx, conn, name)
	if err != nil {
		return err
	}
	return inOne(ctx, conn, append(statements, commentOn(name, m.String()))...)
}

// properties are the statements that give a copy what copying left out.
func (s *Server) properties(ctx context.Context, conn *pgx.Conn, name string) ([]string, error) {
	rows, err := conn.Query(ctx, propertiesSQL, s.opts.Name, name)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// digestOf tells two states of the schema apart by the migrations applied.
func digestOf(applied []ops.AppliedMigration) string {
	sum := sha256.New()
	for _, m := range applied {
		fmt.Fprintf(sum, "%d %s %t\n", m.Version, m.Checksum, m.Success)
	}
	return fmt.Sprintf("%d-%s", len(applied), hex.EncodeToString(sum.Sum(nil)[:8]))
}

// tellTime reports every second how long something has been going on of which
// nobody knows how far it is. The function it returns ends that.
func tellTime(ctx context.Context, what string, report func(ops.Progress)) func() {
	ctx, stop := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() {
		began := time.Now()
		tick := time.NewTicker(noteEvery)
		defer tick.Stop()
		for {
			report(ops.Progress{Fraction: -1, Note: fmt.Sprintf("%s, %s so far", what, time.Since(began).Round(time.Second))})
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		stop()
		telling.Wait()
	}
}

// isCode reports whether the server failed with this SQLSTATE.
func isCode(err error, code string) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == code
}
