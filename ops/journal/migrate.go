package journal

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// migration is one numbered file of the schema.
type migration struct {
	version int
	sql     string
}

func migrations() ([]migration, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the schema: %w", err)
	}
	list := make([]migration, 0, len(names))
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "schema/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != len(list)+1 {
			return nil, fmt.Errorf("%s is not numbered in sequence", name)
		}
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the schema: %w", err)
		}
		list = append(list, migration{version, string(text)})
	}
	return list, nil
}

// migrate applies what the file lacks, in one transaction, and refuses a file
// that a newer ktops has written.
func (j *Journal) migrate(ctx context.Context) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	return j.write(ctx, func(tx *sql.Tx) error {
		at, err := j.schemaVersion(ctx, tx)
		if err != nil {
			return err
		}
		if at > len(list) {
			return fmt.Errorf("%s was written by a newer ktops (schema %d, this one knows %d): install that version again, or a later one", j.path, at, len(list))
		}
		for _, m := range list[at:] {
			if _, err := tx.ExecContext(ctx, m.sql); err != nil {
				return fmt.Errorf("apply schema %d: %w", m.version, err)
			}
			if _, err := tx.ExecContext(ctx, j.queries["record_version"], m.version, stamp(time.Now())); err != nil {
				return fmt.Errorf("record schema %d: %w", m.version, err)
			}
		}
		return nil
	})
}

// schemaVersion is the newest migration applied; zero for an empty file.
func (j *Journal) schemaVersion(ctx context.Context, tx *sql.Tx) (int, error) {
	var table string
	err := tx.QueryRowContext(ctx, j.queries["find_versions"]).Scan(&table)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for the schema version: %w", err)
	}
	var at int
	if err := tx.QueryRowContext(ctx, j.queries["newest_version"]).Scan(&at); err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	return at, nil
}
