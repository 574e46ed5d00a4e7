package store

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
)

// Occurrence is the one of that key; false when there is none.
func (s *Store) Occurrence(ctx context.Context, environment, window, key string) (Occurrence, bool, error) {
	found, err := s.list(ctx, "occurrence", environment, window, key)
	if err != nil || len(found) == 0 {
		return Occurrence{}, false, err
	}
	return found[0], true, nil
}

// Newest lists the newest occurrences of an environment, or of all when empty, that
// opened or should have until a time.
func (s *Store) Newest(ctx context.Context, environment string, until time.Time, limit int) ([]Occurrence, error) {
	return s.list(ctx, "list_newest", environment, tables.Millis(until), limit)
}

// Open lists the occurrences that have not ended.
func (s *Store) Open(ctx context.Context) ([]Occurrence, error) { return s.list(ctx, "list_open") }

// Since lists the occurrences of an environment that close after a time or are open.
func (s *Store) Since(ctx context.Context, environment string, at time.Time) ([]Occurrence, error) {
	return s.list(ctx, "list_since", environment, tables.Millis(at))
}

// Untold lists the occurrences that went wrong and that people do not know of.
func (s *Store) Untold(ctx context.Context) ([]Occurrence, error) { return s.list(ctx, "list_untold") }

// Ended lists the newest occurrences of a window in which something was done.
func (s *Store) Ended(ctx context.Context, environment, window string, limit int) ([]Occurrence, error) {
	return s.list(ctx, "list_ended", environment, window, limit)
}

func (s *Store) list(ctx context.Context, query string, args ...any) ([]Occurrence, error) {
	var list []Occurrence
	err := s.Each(ctx, query, func(row tables.Row) error {
		o, err := scan(row)
		list = append(list, o)
		return err
	}, args...)
	return list, err
}
