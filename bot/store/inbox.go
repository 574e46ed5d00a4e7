package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/internal/tables"
)

// Receive stores a delivery; it is false for a copy.
func (s *Store) Receive(ctx context.Context, d bot.Delivery) (bool, error) {
	payload, err := json.Marshal(d)
	if err != nil {
		return false, fmt.Errorf("write a delivery: %w", err)
	}
	// Without waiting for its turn: Slack waits for this one.
	result, err := s.DB.ExecContext(ctx, s.Query["receive"], d.ID, tables.Millis(d.Received), string(payload))
	if err != nil {
		return false, fmt.Errorf("receive: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Undone lists the deliveries that are not worked off, oldest first.
func (s *Store) Undone(ctx context.Context) ([]bot.Delivery, error) {
	var undone []bot.Delivery
	err := s.Each(ctx, "undone", func(row tables.Row) error {
		var d bot.Delivery
		var payload string
		if err := row.Scan(&payload); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(payload), &d); err != nil {
			return fmt.Errorf("a delivery: %w", err)
		}
		undone = append(undone, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return undone, nil
}

// Finish marks a delivery as worked off.
func (s *Store) Finish(ctx context.Context, id string) error {
	return s.exec(ctx, "finish_delivery", tables.Millis(time.Now()), id)
}
