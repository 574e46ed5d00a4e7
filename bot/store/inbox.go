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
	// Without s.One: Slack waits for this one.
	result, err := s.DB.ExecContext(ctx, s.Query["receive"], d.ID, tables.Millis(d.Received), string(payload))
	if err != nil {
		return false, fmt.Errorf("receive: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Undone lists the deliveries that are not worked off, oldest first.
func (s *Store) Undone(ctx context.Context) ([]bot.Delivery, error) {
	s.One.Lock()
	defer s.One.Unlock()
	rows, err := s.DB.QueryContext(ctx, s.Query["undone"])
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	defer rows.Close()
	var undone []bot.Delivery
	for rows.Next() {
		var d bot.Delivery
		var payload string
		if err := rows.Scan(&payload); err != nil {
			return nil, fmt.Errorf("read the inbox: %w", err)
		}
		if err := json.Unmarshal([]byte(payload), &d); err != nil {
			return nil, fmt.Errorf("read a delivery of the inbox: %w", err)
		}
		undone = append(undone, d)
	}
	return undone, rows.Err()
}

// Finish marks a delivery as worked off.
func (s *Store) Finish(ctx context.Context, id string) error {
	return s.exec(ctx, "finish_delivery", tables.Millis(time.Now()), id)
}
