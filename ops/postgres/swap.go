package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// swap puts the snapshot in the place of the live database in one transaction, so
// that there is one of that name at every moment, whoever dies.
//
// The first rename locks the live database against new connections, which wait,
// fail, and find the snapshot when they try again. It waits for those that there are,
// which are ended meanwhile from beside. Nothing is committed before, so nothing need be put right
// after a crash.
func (s *Server) swap(ctx context.Context, conn *pgx.Conn, snapshot, former string, run ops.Run, m mark) error {
	left := mark{kind: abandonedKind, database: s.opts.Name, run: run.ID, at: time.Now()}
	stop := s.evict(ctx, anyState)
	err := inOne(ctx, conn,
		"ALTER DATABASE "+quote(s.opts.Name)+" RENAME TO "+quote(former),
		commentOn(former, left.String()),
		"ALTER DATABASE "+quote(snapshot)+" RENAME TO "+quote(s.opts.Name),
		"ALTER DATABASE "+quote(s.opts.Name)+" ALLOW_CONNECTIONS true",
		commentOn(s.opts.Name, m.comment))
	evicting := stop()
	if !isCode(err, objectInUse) {
		return err
	}
	who, looking := sessions(ctx, conn, s.opts.Name)
	if len(who) == 0 {
		return errors.Join(err, evicting, looking)
	}
	return fmt.Errorf("%s still connected to it: %s; close them: %w", areSessions(len(who)), sessionsText(who), errors.Join(err, evicting))
}

// The states of sessions that are ended, as PostgreSQL names them.
const (
	anyState = ""
	idle     = "idle" // connected, and neither in a query nor in a transaction
)

// evict ends the sessions of the live database that are in a state, again and again
// until the function that it returns is called. That one returns what went wrong.
func (s *Server) evict(ctx context.Context, state string) func() error {
	ctx, stop := context.WithCancel(ctx)
	var evicting sync.WaitGroup
	var failure error
	evicting.Go(func() {
		err := s.beside(ctx, ownName, func(conn *pgx.Conn) error {
			tick := time.NewTicker(endPause)
			defer tick.Stop()
			for {
				if _, err := conn.Exec(ctx, evictSQL, s.opts.Name, state); err != nil {
					return err
				}
				select {
				case <-ctx.Done():
					return nil
				case <-tick.C:
				}
			}
		})
		if ctx.Err() == nil {
			failure = err
		}
	})
	return func() error {
		stop()
		evicting.Wait()
		return failure
	}
}
