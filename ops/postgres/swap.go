package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// exchange is another database for the live one.
type exchange struct {
	in      string // the other's name
	comment string // that it gets as the live one
	out     string // the name that the live one gets
	left    string // and its comment
	// shut lets nobody into the one that goes out.
	shut bool
}

// swap puts another database in the place of the live one in one transaction, so
// that there is one of that name at every moment, whoever dies.
//
// The first rename locks the live database against new connections, which wait,
// fail, and find the other when they try again. It waits for those that there are,
// which are ended meanwhile from beside, as are those of the one that comes in:
// somebody may look something up in a database that is kept. Nothing is committed
// before, so nothing need be put right after a crash.
func (s *Server) swap(ctx context.Context, conn *pgx.Conn, x exchange) error {
	stop := s.evict(ctx, anyState, s.opts.Name, x.in)
	err := inOne(ctx, conn,
		"SET LOCAL lock_timeout = '10s'", // who changes the database from another one is not ended
		"ALTER DATABASE "+quote(s.opts.Name)+" RENAME TO "+quote(x.out),
		commentOn(x.out, x.left),
		fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS %t", quote(x.out), !x.shut),
		"ALTER DATABASE "+quote(x.in)+" RENAME TO "+quote(s.opts.Name),
		"ALTER DATABASE "+quote(s.opts.Name)+" ALLOW_CONNECTIONS true",
		commentOn(s.opts.Name, x.comment))
	evicting := stop()
	if isCode(err, lockNotAvailable) {
		return fmt.Errorf("somebody is changing database %s or %s in an open transaction: end that: %w", s.opts.Name, x.in, errors.Join(err, evicting))
	}
	if !isCode(err, objectInUse) {
		return err
	}
	who, looking := sessions(ctx, conn, s.opts.Name, x.in)
	if len(who) == 0 {
		return errors.Join(err, evicting, looking)
	}
	return fmt.Errorf("%s still connected to %s or %s: %s; close them: %w", areSessions(len(who)), s.opts.Name, x.in, sessionsText(who), errors.Join(err, evicting))
}

// The states of sessions that are ended, as PostgreSQL names them.
const (
	anyState = ""
	idle     = "idle" // connected, and neither in a query nor in a transaction
)

// evict ends the sessions of databases that are in a state, again and again until
// the function that it returns is called. That one returns what went wrong.
func (s *Server) evict(ctx context.Context, state string, databases ...string) func() error {
	ctx, stop := context.WithCancel(ctx)
	var evicting sync.WaitGroup
	var failure error
	evicting.Go(func() {
		err := s.beside(ctx, ownName, func(conn *pgx.Conn) error {
			tick := time.NewTicker(endPause)
			defer tick.Stop()
			for {
				if _, err := conn.Exec(ctx, evictSQL, databases, state); err != nil {
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
