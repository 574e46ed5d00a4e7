package postgres

import (
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// restLimit bounds how long sessions that do nothing are waited for to end. They report
// what they wrote as they do.
const restLimit = 2 * time.Second

// restPosition is where writing is once the idle sessions have ended; nil where that
// cannot be seen. A snapshot is none the worse without it.
func (s *Server) restPosition(ctx context.Context) *ops.Position {
	limited, cancel := context.WithTimeout(ctx, restLimit)
	defer cancel()
	err := s.beside(limited, ownName, func(conn *pgx.Conn) error { return endSessions(limited, conn, evictSQL, []string{s.opts.Name}, idle) })
	if err == nil {
		var p ops.Position
		if p, err = s.livePosition(ctx); err == nil {
			return &p
		}
	}
	s.opts.Log.WithError(err).Warn("cannot note where writing is before the snapshot")
	return nil
}

// stillAt is the position, which is exact when nothing was written until after the copy.
func (s *Server) stillAt(ctx context.Context, before *ops.Position) *ops.Position {
	if before == nil {
		return nil
	}
	after, err := s.livePosition(ctx)
	if err != nil || incomparable(*before, after) != "" || !maps.Equal(before.Tables, after.Tables) {
		before.Loose = "the database was written to while the snapshot was made"
	}
	return before
}

// laterPosition is for a snapshot whose own position was lost with the process.
func (s *Server) laterPosition(ctx context.Context) *ops.Position {
	p, err := s.livePosition(ctx)
	if err != nil {
		return nil
	}
	return &p
}
