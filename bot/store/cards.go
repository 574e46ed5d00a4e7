package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/keeptrusts/ktops/bot"
)

// Card is the card of a run; false when there is none.
func (s *Store) Card(ctx context.Context, run string) (bot.RunCard, bool, error) {
	s.One.Lock()
	defer s.One.Unlock()
	c := bot.RunCard{Run: run}
	err := s.DB.QueryRowContext(ctx, s.Query["card"], run).Scan(&c.Channel, &c.Seq, &c.Told)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.RunCard{}, false, nil
	}
	if err != nil {
		return bot.RunCard{}, false, fmt.Errorf("read the card of %s: %w", run, err)
	}
	return c, true, nil
}

// SaveCard keeps the card of a run.
func (s *Store) SaveCard(ctx context.Context, c bot.RunCard) error {
	return s.exec(ctx, "save_card", c.Run, c.Channel, c.Seq, c.Told)
}
