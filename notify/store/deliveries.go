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
	var list []Delivery
	err := s.Each(ctx, query, func(row tables.Row) error {
		var d Delivery
		var next, at, deadline int64
		n := &d.Notice
		err := row.Scan(&d.ID, &d.Channel, &d.Recipient, &d.State, &d.Attempts, &next, &d.Error,
			&n.ID, &n.Key, &n.Environment, &n.Kind, &n.Run, &at, &deadline, &n.Payload)
		d.NextAt, n.At, n.Deadline = tables.Moment(next), tables.Moment(at), tables.Moment(deadline)
		list = append(list, d)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read the outbox of notices: %w", err)
	}
	return list, nil
}

// Claim records that a delivery is tried once more; it is false for one that is not to
// be sent any more.
func (s *Store) Claim(ctx context.Context, d Delivery) (bool, error) {
	claimed, err := s.Exec(ctx, "claim", d.ID)
	if err != nil {
		return false, fmt.Errorf("record a try at %s: %w", d.Notice.Key, err)
	}
	return claimed > 0, nil
}

// Save records what came of a delivery: its state, error and next try.
func (s *Store) Save(ctx context.Context, d Delivery) error {
	var done any
	if d.State != Pending {
		done = tables.Millis(time.Now())
	}
	if _, err := s.Exec(ctx, "save", string(d.State), tables.Millis(d.NextAt), d.Error, done, d.ID); err != nil {
		return fmt.Errorf("record a delivery of %s: %w", d.Notice.Key, err)
	}
	return nil
}

// Depth counts the unsent deliveries by channel.
func (s *Store) Depth(ctx context.Context) (map[string]int, error) {
	depth := map[string]int{}
	err := s.Each(ctx, "depth", func(row tables.Row) error {
		var channel string
		var n int
		err := row.Scan(&channel, &n)
		depth[channel] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count the outbox of notices: %w", err)
	}
	return depth, nil
}

// History lists deliveries of the newest notices, and notices without any, of an
// environment; of all when it is empty.
func (s *Store) History(ctx context.Context, environment string, limit int) ([]Delivery, error) {
	var history []Delivery
	err := s.Each(ctx, "history", func(row tables.Row) error {
		var d Delivery
		var at, deadline, done int64
		n := &d.Notice
		err := row.Scan(&n.ID, &n.Key, &n.Environment, &n.Kind, &n.Run, &at, &deadline, &n.Payload,
			&d.Channel, &d.Recipient, &d.State, &d.Attempts, &d.Error, &done)
		n.At, n.Deadline, d.DoneAt = tables.Moment(at), tables.Moment(deadline), tables.Moment(done)
		history = append(history, d)
		return err
	}, environment, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of notices: %w", err)
	}
	return history, nil
}
