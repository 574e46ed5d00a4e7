package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// noSnapshot says why the database cannot be copied aside; empty when it can.
func (s *Server) noSnapshot(ctx context.Context, state ops.DatabaseState) (string, error) {
	if s.plugged() {
		return plugin{s}.check(ctx)
	}
	var reasons []string
	err := s.beside(ctx, ownName, func(conn *pgx.Conn) (err error) {
		reasons, err = s.unable(ctx, conn)
		return err
	})
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		reasons = append(reasons, err.Error())
	}
	if err := s.roomFor(state.Bytes); err != nil {
		reasons = append(reasons, err.Error())
	}
	return strings.Join(reasons, "; "), nil
}

// unable says why our role cannot put another database in the live one's place.
func (s *Server) unable(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, ableSQL, s.opts.Name)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
