package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed sql/rehearse_tables.sql
var rehearseTablesSQL string

//go:embed sql/rehearse_locks.sql
var rehearseLocksSQL string

//go:embed sql/rehearse_files.sql
var rehearseFilesSQL string

// watchEvery is how often a rehearsal's locks are looked at.
const watchEvery = 20 * time.Millisecond

// watch looks at a copy while it is migrated. It only reads: what it installed in the
// copy would be part of what is measured.
type watch struct {
	conn    *pgx.Conn
	key     int64 // of sqlx's advisory lock, whose holder migrates
	applied []int64
	bytes   int64
	seen    seen
}

// WatchScratch begins to measure what the API that migrates does to the run's copy.
func (s *Server) WatchScratch(ctx context.Context, run string) (func(context.Context) (ops.Measured, error), error) {
	name, err := s.scratchOf(run)
	if err != nil {
		return nil, err
	}
	conn, err := s.connectTo(ctx, name, ownName)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", name, err)
	}
	w := &watch{conn: conn, key: sqlxLock * int64(crc32.ChecksumIEEE([]byte(name)))}
	if err := w.begin(ctx); err != nil {
		s.leave(ctx, conn)
		return nil, fmt.Errorf("look at %s before it is migrated: %w", name, s.explain(err))
	}
	enough := make(chan struct{})
	var watching sync.WaitGroup
	var failed error
	watching.Go(func() { failed = w.until(ctx, enough) })
	return func(ctx context.Context) (ops.Measured, error) {
		close(enough)
		watching.Wait()
		defer s.leave(ctx, conn)
		if failed != nil {
			return ops.Measured{}, s.explain(failed)
		}
		measured, err := w.end(ctx)
		return measured, s.explain(err)
	}, nil
}

func (w *watch) begin(ctx context.Context) error {
	if _, err := w.conn.Exec(ctx, besideSQL); err != nil {
		return err
	}
	if err := w.conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&w.bytes); err != nil {
		return err
	}
	rows, err := w.conn.Query(ctx, "SELECT version FROM _sqlx_migrations")
	if err != nil {
		return err
	}
	if w.applied, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
		return err
	}
	w.seen = newSeen(len(w.applied))
	if rows, err = w.conn.Query(ctx, rehearseTablesSQL); err != nil {
		return err
	}
	var oid int64
	var t ops.Table
	if _, err = pgx.ForEachRow(rows, []any{&oid, &t.Name, &t.Bytes}, func() error {
		w.seen.tables[oid] = t
		return nil
	}); err != nil {
		return err
	}
	_, w.seen.files, err = w.files(ctx)
	return err
}

// until looks again and again. A query under way is never cut off: the connection is
// still needed for the last look.
func (w *watch) until(ctx context.Context, enough <-chan struct{}) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-enough:
			return nil
		case <-tick.C:
		}
		var count int
		var relations []int64
		var modes []string
		if err := w.conn.QueryRow(ctx, rehearseLocksSQL, w.key).Scan(&count, &relations, &modes); err != nil {
			return err
		}
		now := time.Now()
		w.seen.locks(count, relations, modes, now.Sub(last))
		last = now
		if count == w.seen.count {
			continue
		}
		if err := w.compare(ctx); err != nil {
			return err
		}
	}
}

// compare notes the tables that have another file than before.
func (w *watch) compare(ctx context.Context) error {
	count, files, err := w.files(ctx)
	if err == nil {
		w.seen.moved(count, files)
	}
	return err
}

// files are the tables' files, and how many migrations were applied at that moment.
func (w *watch) files(ctx context.Context) (count int, files map[int64]int64, err error) {
	var tables, numbers []int64
	if err := w.conn.QueryRow(ctx, rehearseFilesSQL).Scan(&count, &tables, &numbers); err != nil {
		return 0, nil, err
	}
	files = make(map[int64]int64, len(tables))
	for i, oid := range tables {
		files[oid] = numbers[i]
	}
	return count, files, nil
}

func (w *watch) end(ctx context.Context) (ops.Measured, error) {
	if err := w.compare(ctx); err != nil {
		return ops.Measured{}, err
	}
	rows, err := w.conn.Query(ctx, "SELECT version, description, greatest(execution_time, 0) FROM _sqlx_migrations ORDER BY version")
	if err != nil {
		return ops.Measured{}, err
	}
	var ran []ops.RehearsedMigration
	var m ops.RehearsedMigration
	if _, err := pgx.ForEachRow(rows, []any{&m.Version, &m.Description, &m.Took}, func() error {
		if !slices.Contains(w.applied, m.Version) {
			ran = append(ran, m)
		}
		return nil
	}); err != nil {
		return ops.Measured{}, err
	}
	measured := ops.Measured{Migrations: w.seen.attribute(ran)}
	var bytes int64
	err = w.conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&bytes)
	measured.Growth = bytes - w.bytes
	return measured, err
}
