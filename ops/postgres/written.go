package postgres

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed sql/newest.sql
var newestSQL string

const (
	// newestLimit bounds the look for the newest times, which are a comfort.
	newestLimit = 2 * time.Second
	// newestTables is in how many tables they are looked for, the most written first.
	newestTables = 8
)

// WrittenSince tells what was written to the live database since a position.
func (s *Server) WrittenSince(ctx context.Context, since ops.Position) (ops.Written, error) {
	w, err := s.writtenTo(ctx, s.opts.Name, since)
	if err != nil {
		return ops.Written{}, fmt.Errorf("tell what was written since %s: %w", since.At.Format("15:04:05 MST"), err)
	}
	return w, nil
}

// writtenTo tells it of a database of our server.
func (s *Server) writtenTo(ctx context.Context, database string, since ops.Position) (ops.Written, error) {
	conn, err := s.connectTo(ctx, database, ownName)
	if err != nil {
		return ops.Written{}, err
	}
	defer s.leave(ctx, conn)
	now, err := position(ctx, conn)
	if err != nil {
		return ops.Written{}, s.explain(err)
	}
	var counts bool
	if err := conn.QueryRow(ctx, "SELECT current_setting('track_counts')::bool").Scan(&counts); err != nil {
		return ops.Written{}, s.explain(err)
	}
	if !counts {
		return ops.Written{Since: since.At, Until: now.At, Unknown: "PostgreSQL counts no rows here: track_counts is off"}, nil
	}
	w := written(since, now)
	w.Newest, w.NewestIn = newest(ctx, conn, w.Tables)
	return w, nil
}

// written is what was written between two positions.
func written(since, now ops.Position) ops.Written {
	w := ops.Written{Since: since.At, Until: now.At, AtMost: since.Loose, WAL: walBetween(since.LSN, now.LSN)}
	if w.Unknown = incomparable(since, now); w.Unknown != "" {
		return w
	}
	for _, table := range slices.Sorted(maps.Keys(since.Tables)) {
		if _, there := now.Tables[table]; !there && table != migrationsTable {
			w.Unknown, w.Tables = fmt.Sprintf("table %s is gone, and what was written to it with it", table), nil
			return w
		}
	}
	for table, count := range now.Tables {
		before := since.Tables[table]
		more := ops.TableWrites{Table: table, Writes: ops.Writes{
			Inserted: count.Inserted - before.Inserted, Updated: count.Updated - before.Updated, Deleted: count.Deleted - before.Deleted}}
		switch {
		case table == migrationsTable:
		case min(more.Inserted, more.Updated, more.Deleted) < 0:
			w.Unknown, w.Tables = fmt.Sprintf("table %s is counted anew: it is another one of that name, or its counts were reset", table), nil
			return w
		case more.Rows() > 0:
			w.Tables = append(w.Tables, more)
		}
	}
	slices.SortFunc(w.Tables, func(a, b ops.TableWrites) int {
		return cmp.Or(cmp.Compare(b.Rows(), a.Rows()), strings.Compare(a.Table, b.Table))
	})
	return w
}

// walBetween is how many bytes of log lie between two positions; zero where that
// cannot be told.
func walBetween(from, to string) int64 {
	a, known := lsn(from)
	b, too := lsn(to)
	if !known || !too || b < a {
		return 0
	}
	return int64(b - a)
}

// lsn is a position in the log, which PostgreSQL writes as two halves: 16/B374D848.
func lsn(text string) (uint64, bool) {
	var high, low uint32
	if n, err := fmt.Sscanf(text, "%X/%X", &high, &low); err != nil || n != 2 {
		return 0, false
	}
	return uint64(high)<<32 | uint64(low), true
}

// newest is the newest time in a row of these tables, where an index tells it quickly.
// A look that fails ends with what was found: it is not worth to wait for.
func newest(ctx context.Context, conn *pgx.Conn, tables []ops.TableWrites) (newest time.Time, in string) {
	var names []string
	for _, t := range tables[:min(len(tables), newestTables)] {
		names = append(names, t.Table)
	}
	ctx, cancel := context.WithTimeout(ctx, newestLimit)
	defer cancel()
	rows, err := conn.Query(ctx, newestSQL, names)
	if err != nil {
		return newest, in
	}
	type query struct{ Table, SQL string }
	queries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[query])
	if err != nil {
		return newest, in
	}
	for _, q := range queries {
		var last *time.Time
		if err := conn.QueryRow(ctx, q.SQL).Scan(&last); err != nil {
			return newest, in
		}
		if last != nil && last.After(newest) {
			newest, in = last.UTC(), q.Table
		}
	}
	return newest, in
}
