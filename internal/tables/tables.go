// Package tables gives a part of ktops its own tables in a SQLite database that it
// shares with others, such as the journal's: numbered migrations, queries by name, and
// one thing at a time.
package tables

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Tables are those of one part.
type Tables struct {
	// DB is the database, for what need not wait for its turn.
	DB *sql.DB
	// Query has the text of each query by its file's name without .sql.
	Query map[string]string
	// one lets one thing at a time at the database: SQLite's own waiting is by polling.
	one turn
}

// turn is a lock that is waited for as for a channel. Whoever has it may sleep, which
// SQLite does while another process writes, and under a simulated clock (testing/synctest)
// that sleep ends only if nobody waits for a mutex meanwhile.
type turn chan struct{}

func (t turn) Lock()   { t <- struct{}{} }
func (t turn) Unlock() { <-t }

// Open is the tables of a part after the migrations that the database lacks. The
// files are migrations/NUMBER_what.sql and queries/NAME.sql; the part's name goes into
// that of the table which records its migrations.
func Open(ctx context.Context, db *sql.DB, part string, files fs.FS) (*Tables, error) {
	t := &Tables{DB: db, Query: map[string]string{}, one: make(turn, 1)}
	names, err := fs.Glob(files, "queries/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the queries of %s: %w", part, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read query %s: %w", name, err)
		}
		t.Query[strings.TrimSuffix(path.Base(name), ".sql")] = string(text)
	}
	if err := t.migrate(ctx, part+"_migrations", files); err != nil {
		return nil, fmt.Errorf("prepare the tables of %s: %w", part, err)
	}
	return t, nil
}

// Within runs a transaction, which is rolled back when do has an error.
func (t *Tables) Within(ctx context.Context, do func(*sql.Tx) error) error {
	t.one.Lock()
	defer t.one.Unlock()
	tx, err := t.DB.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the error that led here says more
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Exec runs a query by its name and tells how many rows it changed.
func (t *Tables) Exec(ctx context.Context, name string, args ...any) (int64, error) {
	t.one.Lock()
	defer t.one.Unlock()
	result, err := t.DB.ExecContext(ctx, t.Query[name], args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", spoken(name), err)
	}
	return result.RowsAffected()
}

// Row is a row that was found.
type Row interface {
	Scan(into ...any) error
}

// Each hands over every row that a query finds.
func (t *Tables) Each(ctx context.Context, name string, row func(Row) error, args ...any) error {
	t.one.Lock()
	defer t.one.Unlock()
	rows, err := t.DB.QueryContext(ctx, t.Query[name], args...)
	if err != nil {
		return fmt.Errorf("%s: %w", spoken(name), err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return fmt.Errorf("%s: %w", spoken(name), err)
		}
	}
	return rows.Err()
}

// spoken is a query's name in an error.
func spoken(name string) string { return strings.ReplaceAll(name, "_", " ") }

// Millis is a moment as it is stored; zero for none.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Moment is what Millis stored.
func Moment(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}
