package store

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
)

// Cursor is until when the openings of a window were considered; zero when it is
// new, or was defined otherwise then.
func (s *Store) Cursor(ctx context.Context, environment, window, definition string) (time.Time, error) {
	var until time.Time
	err := s.Each(ctx, "cursor", func(row tables.Row) error {
		var was string
		var at int64
		if err := row.Scan(&was, &at); err != nil {
			return err
		}
		if was == definition {
			until = tables.Moment(at)
		}
		return nil
	}, environment, window)
	return until, err
}

// SaveCursor records until when the openings of a window were considered.
func (s *Store) SaveCursor(ctx context.Context, environment, window, definition string, until time.Time) error {
	_, err := s.Exec(ctx, "save_cursor", environment, window, definition, tables.Millis(until))
	return err
}
