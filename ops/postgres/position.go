package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed sql/position.sql
var positionSQL string

// migrationsTable is sqlx's own. Its count tells which migrations the other counts
// have in them; its rows are nobody's data.
const migrationsTable = "_sqlx_migrations"

// asker is a connection, or a transaction on one.
type asker interface {
	querier
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// position is where writing is in the database that is asked.
func position(ctx context.Context, q asker) (ops.Position, error) {
	var p ops.Position
	var reset *time.Time
	if err := q.QueryRow(ctx, positionSQL).Scan(&p.At, &p.LSN, &reset, &p.Database, &p.Tables); err != nil {
		return ops.Position{}, err
	}
	p.At = p.At.UTC()
	if reset != nil {
		p.Reset = reset.UTC()
	}
	return p, nil
}

// livePosition is where writing is in the live database.
func (s *Server) livePosition(ctx context.Context) (p ops.Position, err error) {
	err = s.look(ctx, func(tx pgx.Tx) error {
		p, err = position(ctx, tx)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("note where writing is: %w", err)
	}
	return p, nil
}

// incomparable says why two positions cannot be compared; empty when they can.
func incomparable(since, now ops.Position) string {
	switch {
	case since.Database != now.Database:
		return "the database is another one since: it was put back or restored"
	case !since.Reset.Equal(now.Reset):
		return "PostgreSQL counts anew since " + now.Reset.Format("2006-01-02 15:04 MST") + ": its counts were reset, or it started after a crash"
	}
	return ""
}
