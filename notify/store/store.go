package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed queries/*.sql
var queries embed.FS

// Store keeps notices in a SQLite database.
type Store struct {
	db    *sql.DB
	query map[string]string // text by file name without .sql
	// one lets one thing at a time at the database: SQLite's own waiting is by polling.
	one sync.Mutex
}

// Open is the store in a database, after its migrations.
func Open(ctx context.Context, db *sql.DB) (*Store, error) {
	s := &Store{db: db, query: map[string]string{}}
	files, err := fs.Glob(queries, "queries/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the queries of notices: %w", err)
	}
	for _, file := range files {
		text, err := queries.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read query %s: %w", file, err)
		}
		s.query[strings.TrimSuffix(path.Base(file), ".sql")] = string(text)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("prepare the tables of notices: %w", err)
	}
	return s, nil
}

// migrate applies the migrations that the database does not have, each in one
// transaction with its record.
func (s *Store) migrate(ctx context.Context) error {
	const record = `CREATE TABLE IF NOT EXISTS notify_migrations (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`
	if _, err := s.db.ExecContext(ctx, record); err != nil {
		return err
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := s.apply(ctx, file); err != nil {
			return fmt.Errorf("migration %s: %w", path.Base(file), err)
		}
	}
	return nil
}

func (s *Store) apply(ctx context.Context, file string) error {
	prefix, _, _ := strings.Cut(path.Base(file), "_")
	number, err := strconv.Atoi(prefix)
	if err != nil {
		return err
	}
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	return s.within(ctx, func(tx *sql.Tx) error {
		var applied int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM notify_migrations WHERE number = ?`, number).Scan(&applied); err != nil || applied > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO notify_migrations (number, applied_at) VALUES (?, ?)`, number, millis(time.Now()))
		return err
	})
}

// within runs a transaction.
func (s *Store) within(ctx context.Context, do func(*sql.Tx) error) error {
	s.one.Lock()
	defer s.one.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
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

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}
