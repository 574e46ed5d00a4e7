package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// confirmed does what a person was asked about and said yes to. It may be done
// again after a crash, so what is there already is not done twice.
func (b *Bot) confirmed(ctx context.Context, d Delivery) {
	ask, err := cards.ReadAsk(d.Ask)
	by := b.names.actor(ctx, d.User, d.UserName)
	if err == nil {
		err = b.doAsked(ctx, d, ask, by)
	}
	b.answerError(ctx, d, string(ask.Does), err)
}

func (b *Bot) doAsked(ctx context.Context, d Delivery, ask cards.Ask, by ops.Actor) error {
	if ask.Does == cards.AskedReopen {
		run, err := b.reopen(ctx, ask.ID, ask.Reason, by)
		if err == nil {
			b.answer(ctx, d, cards.Decided("reopen", run))
		}
		return err
	}
	if b.windows == nil {
		return errNoWindows(ask.Environment)
	}
	var card cards.Card
	var err error
	switch ask.Does {
	case cards.AskedSkip:
		card, err = b.skip(ctx, ask, by)
	case cards.AskedRunNow:
		card, err = b.runNow(ctx, ask, by)
	case cards.AskedFreeze:
		card, err = b.freeze(ctx, ask, by)
	case cards.AskedUnfreeze:
		card, err = b.unfreeze(ctx, ask, by)
	default:
		err = fmt.Errorf("there is nothing called %q to confirm", ask.Does)
	}
	if err != nil {
		return err
	}
	if e, ok := b.environment(ask.Environment); ok && e.Channel != "" {
		b.say(ctx, message("asked/"+d.ID, Post, e.Channel, card))
	}
	b.answer(ctx, d, card)
	return nil
}

// skip leaves out the opening that was shown: by now the next may be another.
func (b *Bot) skip(ctx context.Context, ask cards.Ask, by ops.Actor) (cards.Card, error) {
	known, err := b.windows.Windows(ctx, ask.Environment)
	if err != nil {
		return cards.Card{}, err
	}
	w, err := oneWindow(known, ask.Environment, ask.Window)
	if err != nil {
		return cards.Card{}, err
	}
	for _, o := range w.Next {
		if o.Key == ask.Key && o.State == ops.Skipped {
			return cards.SkippedOpening(o, o.By), nil
		}
	}
	next, ok := nextOf(w, ops.Coming)
	if !ok || next.Key != ask.Key {
		return cards.Card{}, ops.Refuse("the opening that was shown is no longer the next of window "+w.Name, "windows show "+w.Name)
	}
	o, err := b.windows.SkipWindow(ctx, ask.Environment, w.Name, by, ask.Reason)
	return cards.SkippedOpening(o, by), err
}

func (b *Bot) runNow(ctx context.Context, ask cards.Ask, by ops.Actor) (cards.Card, error) {
	o, err := b.windows.RunWindow(ctx, ask.Environment, ask.Window, by, ask.Reason)
	return cards.OpenedWindow(o, by), err
}

func (b *Bot) freeze(ctx context.Context, ask cards.Ask, by ops.Actor) (cards.Card, error) {
	known, err := b.windows.Freezes(ctx, ask.Environment)
	if err != nil {
		return cards.Card{}, err
	}
	zone := b.zoneOf(ctx, ask.Environment)
	i := slices.IndexFunc(known, func(f ops.Freeze) bool {
		return f.By.ID == by.ID && f.Until.Equal(ask.Until) && f.Reason == ask.Reason && f.Environment == ask.Environment
	})
	if i >= 0 {
		return cards.Frozen(known[i], zone), nil
	}
	f, err := b.windows.Freeze(ctx, ops.Freeze{Environment: ask.Environment, From: time.Now().UTC(), Until: ask.Until, Reason: ask.Reason, Source: "chat", By: by})
	return cards.Frozen(f, zone), err
}

func (b *Bot) unfreeze(ctx context.Context, ask cards.Ask, by ops.Actor) (cards.Card, error) {
	f, err := b.windows.Unfreeze(ctx, ask.Environment, ask.ID, by)
	return cards.Unfrozen(f, by, ask.Environment), err
}
