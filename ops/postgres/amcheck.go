package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keeptrusts/ktops/ops"
)

// amcheck lets PostgreSQL's own extension look at heaps and indexes, where our user
// may have it do that.
func amcheck(ctx context.Context, conn *pgx.Conn) (ops.Finding, error) {
	f := ops.Finding{Check: "amcheck", Level: ops.Pass}
	var server *pgconn.PgError
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS amcheck"); errors.As(err, &server) {
		f.Fact = "left out, for the extension cannot be created: " + server.Message
		return f, nil
	} else if err != nil {
		return f, err
	}
	var bad, all int64
	var first string
	err := conn.QueryRow(ctx, amcheckSQL).Scan(&bad, &all, &first)
	switch {
	case isCode(err, undefinedFunction):
		f.Fact = "left out, for the backup has the extension in a schema that is not looked into"
		return f, nil
	case errors.As(err, &server):
		first = server.Message
	case err != nil:
		return f, err
	case bad == 0:
		f.Fact = fmt.Sprintf("%d tables and indexes are sound", all)
		return f, nil
	}
	f.Level, f.Fact, f.Advice = ops.Fail, first, "look at the server's disk and memory: what was just written is damaged"
	return f, nil
}
