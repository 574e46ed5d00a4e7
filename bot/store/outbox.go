package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/internal/tables"
)

// payload is what of a message only its sending needs.
type payload struct {
	User   string       `json:"user,omitempty"`
	URL    string       `json:"url,omitempty"`
	Loud   bool         `json:"loud,omitempty"`
	Over   bool         `json:"over,omitempty"`
	Text   string       `json:"text"`
	Blocks slack.Blocks `json:"blocks"`
}

func pack(m bot.Message) (string, error) {
	raw, err := json.Marshal(payload{User: m.User, URL: m.URL, Loud: m.Loud, Over: m.Over, Text: m.Text, Blocks: m.Blocks})
	if err != nil {
		return "", fmt.Errorf("write a message: %w", err)
	}
	return string(raw), nil
}

// Enqueue stores a message, once for each key. An edit takes the place of edits
// of the same message that were not sent.
func (s *Store) Enqueue(ctx context.Context, m bot.Message) (bool, error) {
	raw, err := pack(m)
	if err != nil {
		return false, err
	}
	fresh := false
	err = s.Within(ctx, func(tx *sql.Tx) error {
		if m.Kind == bot.Update {
			if _, err := tx.ExecContext(ctx, s.Query["supersede"], m.Lane()); err != nil {
				return fmt.Errorf("supersede edits: %w", err)
			}
		}
		result, err := tx.ExecContext(ctx, s.Query["enqueue"], orNull(m.Key), string(m.Kind), m.Lane(), m.Channel,
			orNull(m.Parent), raw, string(m.State), tables.Millis(m.Created), tables.Millis(m.NextAt))
		if err != nil {
			return fmt.Errorf("enqueue: %w", err)
		}
		n, err := result.RowsAffected()
		fresh = n > 0
		return err
	})
	return fresh, err
}

// Heads lists the first unsent message of each lane that is not waiting for its parent.
func (s *Store) Heads(ctx context.Context) ([]bot.Message, error) {
	var heads []bot.Message
	err := s.Each(ctx, "heads", func(row tables.Row) error {
		var m bot.Message
		var raw string
		var p payload
		var created, next int64
		if err := row.Scan(&m.ID, &m.Key, &m.Kind, &m.Channel, &m.Parent, &m.ParentTS, &raw, &m.State, &m.Attempts, &created, &next); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(raw), &p); err != nil {
			return fmt.Errorf("a message: %w", err)
		}
		m.User, m.URL, m.Loud, m.Over, m.Text, m.Blocks = p.User, p.URL, p.Loud, p.Over, p.Text, p.Blocks
		m.Created, m.NextAt = tables.Moment(created), tables.Moment(next)
		heads = append(heads, m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return heads, nil
}

// Save records how far a message is. An edit that is done, or that a newer one
// has overtaken, is forgotten.
func (s *Store) Save(ctx context.Context, m bot.Message) error {
	raw, err := pack(m)
	if err != nil {
		return err
	}
	var done any
	if m.State == bot.Sent || m.State == bot.Dropped {
		done = tables.Millis(time.Now())
	}
	return s.Within(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.Query["save"], string(m.Kind), m.Lane(), raw, string(m.State), m.Attempts,
			tables.Millis(m.NextAt), orNull(m.TS), done, m.ID); err != nil {
			return fmt.Errorf("save a message: %w", err)
		}
		_, err := tx.ExecContext(ctx, s.Query["forget_edit"], m.ID)
		return err
	})
}

// Depth counts the messages that are not sent.
func (s *Store) Depth(ctx context.Context) (n int, err error) {
	if err := s.Each(ctx, "depth", func(row tables.Row) error { return row.Scan(&n) }); err != nil {
		return 0, fmt.Errorf("count the outbox: %w", err)
	}
	return n, nil
}

// Posted is Slack's timestamp of the message with a key; empty before it is sent.
func (s *Store) Posted(ctx context.Context, key string) (ts string, err error) {
	if err := s.Each(ctx, "posted", func(row tables.Row) error { return row.Scan(&ts) }, key); err != nil {
		return "", fmt.Errorf("look for message %s: %w", key, err)
	}
	return ts, nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
