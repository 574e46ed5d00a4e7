package store

import (
	"context"
	"fmt"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/internal/tables"
)

// Card is the card of a run; false when there is none.
func (s *Store) Card(ctx context.Context, run string) (c bot.RunCard, found bool, err error) {
	err = s.Each(ctx, "card", func(row tables.Row) error {
		c, found = bot.RunCard{Run: run}, true
		return row.Scan(&c.Channel, &c.Seq, &c.Told)
	}, run)
	if err != nil {
		return bot.RunCard{}, false, fmt.Errorf("read the card of %s: %w", run, err)
	}
	return c, found, nil
}

// SaveCard keeps the card of a run.
func (s *Store) SaveCard(ctx context.Context, c bot.RunCard) error {
	return s.exec(ctx, "save_card", c.Run, c.Channel, c.Seq, c.Told)
}
