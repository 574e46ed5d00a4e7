package tables

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// migrate applies the migrations that the record does not have, each in one
// transaction with its entry there.
func (t *Tables) migrate(ctx context.Context, record string, files fs.FS) error {
	create := fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`, record)
	if _, err := t.DB.ExecContext(ctx, create); err != nil {
		return err
	}
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := t.apply(ctx, record, files, name); err != nil {
			return fmt.Errorf("migration %s: %w", path.Base(name), err)
		}
	}
	return nil
}

func (t *Tables) apply(ctx context.Context, record string, files fs.FS, name string) error {
	prefix, _, _ := strings.Cut(path.Base(name), "_")
	number, err := strconv.Atoi(prefix)
	if err != nil {
		return err
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return t.Within(ctx, func(tx *sql.Tx) error {
		var applied int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM `+record+` WHERE number = ?`, number).Scan(&applied); err != nil || applied > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO `+record+` (number, applied_at) VALUES (?, ?)`, number, Millis(time.Now()))
		return err
	})
}
