package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// linkTimeout is short, for a link is not worth keeping the cards waiting.
const linkTimeout = 2 * time.Second

// pointOn has the card of a run that drifted point to the one that asks again, as
// soon as that is posted.
func (b *Bot) pointOn(ctx context.Context, run ops.Run) {
	old := run.Request.Replaces
	if old == "" || b.successor(old).Run != "" {
		return
	}
	card, found, err := b.store.Card(ctx, run.ID)
	if err != nil || !found {
		return
	}
	ts, err := b.store.Posted(ctx, card.Key())
	if err != nil || ts == "" {
		return // looked at again within seconds
	}
	next := cards.Successor{Run: run.ID, Link: b.permalink(ctx, card.Channel, ts)}
	b.showing.Lock()
	b.successors[old] = next
	b.showing.Unlock()
	m := message("again/"+old, Post, card.Channel, cards.AskedAgain(next))
	m.Parent = RunCard{Run: old}.Key()
	b.say(ctx, m)
	b.repair(ctx, old)
}

func (b *Bot) successor(run string) cards.Successor {
	b.showing.Lock()
	defer b.showing.Unlock()
	return b.successors[run]
}

// permalink is the address of a message; empty when Slack does not tell.
func (b *Bot) permalink(ctx context.Context, channel, ts string) string {
	ctx, cancel := context.WithTimeout(ctx, linkTimeout)
	defer cancel()
	link, err := b.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	if err != nil {
		b.log.WithError(err).Warn("cannot link to a card; its run is named instead")
	}
	return link
}
