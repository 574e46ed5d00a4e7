package store

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
	"github.com/keeptrusts/ktops/ops"
)

// AddFreeze keeps a freeze that a person declared.
func (s *Store) AddFreeze(ctx context.Context, f ops.Freeze) error {
	_, err := s.Exec(ctx, "insert_freeze", f.ID, f.Environment, tables.Millis(f.From), tables.Millis(f.Until), f.Reason, f.By.ID, f.By.Name)
	return err
}

// Freezes lists the declared freezes that end after a time and were not lifted,
// soonest first.
func (s *Store) Freezes(ctx context.Context, at time.Time) ([]ops.Freeze, error) {
	var list []ops.Freeze
	err := s.Each(ctx, "list_freezes", func(row tables.Row) error {
		var f ops.Freeze
		var begins, ends int64
		if err := row.Scan(&f.ID, &f.Environment, &begins, &ends, &f.Reason, &f.By.ID, &f.By.Name); err != nil {
			return err
		}
		f.From, f.Until = tables.Moment(begins), tables.Moment(ends)
		list = append(list, f)
		return nil
	}, tables.Millis(at))
	return list, err
}

// LiftFreeze ends a declared freeze; it is false when it was lifted already.
func (s *Store) LiftFreeze(ctx context.Context, id string, by ops.Actor, at time.Time) (bool, error) {
	n, err := s.Exec(ctx, "lift_freeze", tables.Millis(at), by.ID, id)
	return n > 0, err
}
