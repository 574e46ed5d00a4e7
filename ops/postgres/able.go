package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// noSnapshot says why the database cannot be copied aside; empty when it can.
func (s *Server) noSnapshot(ctx context.Context, state ops.DatabaseState) (string, error) {
	var reasons []string
	err := s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, ableSQL, s.opts.Name)
		if err != nil {
			return err
		}
		reasons, err = pgx.CollectRows(rows, pgx.RowTo[string])
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
