package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// notSwapped is the result of taking back a swap that left no database kept. That no swap
// happened is seen by the database that it would have put in place, or by the live one,
// when it is still the one in which writing was noted. Else somebody has taken the kept
// one away, and on what is live now the newer API must not start.
func (s *Server) notSwapped(ctx context.Context, conn *pgx.Conn, run ops.Run, p places, all map[string]aside) (ops.Result, error) {
	result := ops.Result{Note: "nothing was swapped, or it was put back before"}
	if _, waits := all[p.in].is(p.kind, s.opts.Name); waits {
		return result, nil
	}
	if since := run.Request.Rollback.Since; since != nil {
		var live uint32
		if err := conn.QueryRow(ctx, "SELECT oid FROM pg_database WHERE datname = $1", s.opts.Name).Scan(&live); err != nil {
			return ops.Result{}, err
		}
		if live == since.Database {
			return result, nil
		}
	}
	return ops.Result{}, settled{fmt.Errorf("it cannot be told which state is live: there is neither the %s called %s nor the %s called %s, each with ktops's comment on it; "+
		"look whether they were renamed, dropped or commented anew, and give them back their names and comments", abandonedKind, p.kept, p.kind, p.in)}
}
