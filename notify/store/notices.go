package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
)

// Add stores a notice; it is false for one whose key is known.
func (s *Store) Add(ctx context.Context, n Notice) (fresh bool, err error) {
	added, err := s.Exec(ctx, "add", n.Key, n.Environment, n.Kind, n.Run, tables.Millis(n.At), tables.Millis(n.Deadline), n.Payload)
	if err != nil {
		return false, fmt.Errorf("store notice %s: %w", n.Key, err)
	}
	return added > 0, nil
}

// Due lists the notices whose time has come and that are no deliveries yet, a
// hundred at most, and tells when the next one's time comes; zero for never.
func (s *Store) Due(ctx context.Context, now time.Time) (due []Notice, next time.Time, err error) {
	err = s.Each(ctx, "due", func(row tables.Row) error {
		var n Notice
		var at, deadline int64
		err := row.Scan(&n.ID, &n.Key, &n.Environment, &n.Kind, &n.Run, &at, &deadline, &n.Payload)
		n.At, n.Deadline = tables.Moment(at), tables.Moment(deadline)
		due = append(due, n)
		return err
	}, tables.Millis(now))
	if err != nil {
		return nil, next, fmt.Errorf("read what is due: %w", err)
	}
	err = s.Each(ctx, "next_due", func(row tables.Row) error {
		var first int64
		err := row.Scan(&first)
		next = tables.Moment(first)
		return err
	})
	if err != nil {
		return nil, next, fmt.Errorf("read what is due next: %w", err)
	}
	return due, next, nil
}

// Spread makes a notice one delivery for each reader, once.
func (s *Store) Spread(ctx context.Context, notice int64, readers []Reader, now time.Time) error {
	return s.Within(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, s.Query["spread"], tables.Millis(now), notice)
		if err != nil {
			return fmt.Errorf("spread notice %d: %w", notice, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		for _, r := range readers {
			if _, err := tx.ExecContext(ctx, s.Query["deliver"], notice, r.Channel, r.Recipient, tables.Millis(now)); err != nil {
				return fmt.Errorf("spread notice %d: %w", notice, err)
			}
		}
		return nil
	})
}

// Withdraw has the notices of a kind about a run that were meant for before a time
// not be sent, as far as they are not yet, and reports whether any reached, or may
// have reached, somebody.
func (s *Store) Withdraw(ctx context.Context, run, kind string, before time.Time) (reached bool, err error) {
	err = s.Within(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, s.Query["reached"], run, kind).Scan(&n); err != nil {
			return fmt.Errorf("look whether %s of %s was told: %w", kind, run, err)
		}
		reached = n > 0
		for _, name := range []string{"withdraw_notices", "withdraw_deliveries"} {
			if _, err := tx.ExecContext(ctx, s.Query[name], tables.Millis(time.Now()), run, kind, tables.Millis(before)); err != nil {
				return fmt.Errorf("withdraw %s of %s: %w", kind, run, err)
			}
		}
		return nil
	})
	return reached, err
}

// Prune forgets notices whose deadline passed before a time.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	return s.Within(ctx, func(tx *sql.Tx) error {
		for _, name := range []string{"prune_deliveries", "prune"} {
			if _, err := tx.ExecContext(ctx, s.Query[name], tables.Millis(before)); err != nil {
				return fmt.Errorf("forget old notices: %w", err)
			}
		}
		return nil
	})
}
