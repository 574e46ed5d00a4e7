package store

import (
	"context"
	"database/sql"
	"embed"

	"github.com/keeptrusts/ktops/internal/tables"
)

//go:embed migrations/*.sql queries/*.sql
var files embed.FS

// Store keeps notices in a SQLite database.
type Store struct{ *tables.Tables }

// Open is the store in a database, after its migrations.
func Open(ctx context.Context, db *sql.DB) (*Store, error) {
	own, err := tables.Open(ctx, db, "notify", files)
	if err != nil {
		return nil, err
	}
	return &Store{own}, nil
}
