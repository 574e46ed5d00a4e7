package store

import (
	"context"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
)

// Heads lists the first unsent delivery of each reader.
func (s *Store) Heads(ctx context.Context) ([]Delivery, error) {
	return s.unsent(ctx, "heads")
}

// Overdue lists the unsent deliveries whose deadline has passed, also those that wait
// behind others; a hundred at most.
func (s *Store) Overdue(ctx context.Context, now time.Time) ([]Delivery, error) {
	return s.unsent(ctx, "overdue", tables.Millis(now))
}

func (s *Store) unsent(ctx context.Context, query string, args ...any) ([]Delivery, error) {
	s.One.Lock()
	defer s.One.Unlock()
	rows, err := s.DB.QueryContext(ctx, s.Query[query], args...)
	if err != nil {
		return nil, fmt.Errorf("read the outbox of notices: %w", err)
	}
	defer rows.Close()
	var list []Delivery
	for rows.Next() {
		var d Delivery
		var next, at, deadline int64
		n := &d.Notice
		if err := rows.Scan(&d.ID, &d.Channel, &d.Recipient, &d.State, &d.Attempts, &next, &d.Error,
			&n.ID, &n.Key, &n.Environment, &n.Kind, &n.Run, &at, &deadline, &n.Payload); err != nil {
			return nil, fmt.Errorf("read the outbox of notices: %w", err)
		}
		d.NextAt, n.At, n.Deadline = tables.Moment(next), tables.Moment(at), tables.Moment(deadline)
		list = append(list, d)
	}
	return list, rows.Err()
}

// Claim records that a delivery is tried once more; it is false for one that is not to
// be sent any more.
func (s *Store) Claim(ctx context.Context, d Delivery) (bool, error) {
	s.One.Lock()
	defer s.One.Unlock()
	result, err := s.DB.ExecContext(ctx, s.Query["claim"], d.ID)
	if err != nil {
		return false, fmt.Errorf("record a try at %s: %w", d.Notice.Key, err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Save records what came of a delivery: its state, error and next try.
func (s *Store) Save(ctx context.Context, d Delivery) error {
	var done any
	if d.State != Pending {
		done = tables.Millis(time.Now())
	}
	s.One.Lock()
	defer s.One.Unlock()
	if _, err := s.DB.ExecContext(ctx, s.Query["save"], string(d.State), tables.Millis(d.NextAt), d.Error, done, d.ID); err != nil {
		return fmt.Errorf("record a delivery of %s: %w", d.Notice.Key, err)
	}
	return nil
}

// Depth counts the unsent deliveries by channel.
func (s *Store) Depth(ctx context.Context) (map[string]int, error) {
	s.One.Lock()
	defer s.One.Unlock()
	rows, err := s.DB.QueryContext(ctx, s.Query["depth"])
	if err != nil {
		return nil, fmt.Errorf("count the outbox of notices: %w", err)
	}
	defer rows.Close()
	depth := map[string]int{}
	for rows.Next() {
		var channel string
		var n int
		if err := rows.Scan(&channel, &n); err != nil {
			return nil, fmt.Errorf("count the outbox of notices: %w", err)
		}
		depth[channel] = n
	}
	return depth, rows.Err()
}

// History lists deliveries of the newest notices, and notices without any, of an
// environment; of all when it is empty.
func (s *Store) History(ctx context.Context, environment string, limit int) ([]Delivery, error) {
	s.One.Lock()
	defer s.One.Unlock()
	rows, err := s.DB.QueryContext(ctx, s.Query["history"], environment, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of notices: %w", err)
	}
	defer rows.Close()
	var history []Delivery
	for rows.Next() {
		var d Delivery
		var at, deadline, done int64
		n := &d.Notice
		if err := rows.Scan(&n.ID, &n.Key, &n.Environment, &n.Kind, &n.Run, &at, &deadline, &n.Payload,
			&d.Channel, &d.Recipient, &d.State, &d.Attempts, &d.Error, &done); err != nil {
			return nil, fmt.Errorf("read the history of notices: %w", err)
		}
		n.At, n.Deadline, d.DoneAt = tables.Moment(at), tables.Moment(deadline), tables.Moment(done)
		history = append(history, d)
	}
	return history, rows.Err()
}
