package store

import (
	"context"
	"database/sql"
	"embed"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
)

//go:embed migrations/*.sql queries/*.sql
var files embed.FS

// Store keeps the bot's state in a SQLite database. Everything but Receive lets one
// thing at a time at it: a person then waits for one other commit at most, however
// much the bot has to say.
type Store struct{ *tables.Tables }

// Open is the store in a database, after its migrations.
func Open(ctx context.Context, db *sql.DB) (*Store, error) {
	own, err := tables.Open(ctx, db, "slack", files)
	if err != nil {
		return nil, err
	}
	return &Store{own}, nil
}

func (s *Store) exec(ctx context.Context, name string, args ...any) error {
	_, err := s.Exec(ctx, name, args...)
	return err
}

// Prune forgets deliveries and messages that were done before a time, except the
// messages that a card or a thread still hangs on.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	if err := s.exec(ctx, "prune_inbox", tables.Millis(before)); err != nil {
		return err
	}
	return s.exec(ctx, "prune_outbox", tables.Millis(before))
}
