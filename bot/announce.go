package bot

import (
	"context"
	"fmt"

	"github.com/keeptrusts/ktops/bot/cards"
)

// Announce takes over the duty to say something in a channel. It is said once for
// each key, however often it is asked for, and however long Slack is away. The text
// is as people are to read it; it is escaped here.
func (b *Bot) Announce(ctx context.Context, key, channel, text string) error {
	if _, err := b.outbox.enqueue(ctx, message("announce/"+key, Post, channel, cards.Announcement(text))); err != nil {
		return fmt.Errorf("store announcement %s: %w", key, err)
	}
	return nil
}
