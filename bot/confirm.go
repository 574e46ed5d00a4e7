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
	switch ask.Does {
	case cards.AskedReopen:
		run, err := b.reopen(ctx, ask.ID, ask.Reason, by)
		if err == nil {
			b.answer(ctx, d, cards.Decided("reopen", run))
		}
		return err
	case cards.AskedClose:
		return b.closeEdge(ctx, d, ask, by)
	case cards.AskedReturn:
		return b.goBack(ctx, d, ask, by)
	}
	if b.windows == nil {
		return errNoWindows(ask.Environment)
	}
	done, err := b.steer(ctx, d, ask, by)
	if err != nil {
		return err
	}
	if e, ok := b.environment(ask.Environment); ok && e.Channel != "" {
		b.say(ctx, message(done.key, Post, e.Channel, done.card))
	}
	b.answer(ctx, d, done.card)
	return nil
}

// steered is what was done about a window or a freeze, as everybody is told. Its key
// is that of the very opening or freeze, so that it is told once, whoever asks again.
type steered struct {
	key  string
	card cards.Card
}

func (b *Bot) steer(ctx context.Context, d Delivery, ask cards.Ask, by ops.Actor) (steered, error) {
	switch ask.Does {
	case cards.AskedSkip:
		return b.skip(ctx, ask, by)
	case cards.AskedRunNow:
		return b.runNow(ctx, ask, by)
	case cards.AskedFreeze:
		return b.freeze(ctx, ask, by)
	case cards.AskedUnfreeze:
		return b.unfreeze(ctx, d, ask, by)
	}
	return steered{}, fmt.Errorf("there is nothing called %q to confirm", ask.Does)
}

// shownWindow is the window of a question, as it is now.
func (b *Bot) shownWindow(ctx context.Context, ask cards.Ask) (ops.WindowState, error) {
	known, err := b.windows.Windows(ctx, ask.Environment)
	if err != nil {
		return ops.WindowState{}, err
	}
	return oneWindow(known, ask.Environment, ask.Window)
}

// skip leaves out the opening that was shown: by now the next may be another.
func (b *Bot) skip(ctx context.Context, ask cards.Ask, by ops.Actor) (steered, error) {
	w, err := b.shownWindow(ctx, ask)
	if err != nil {
		return steered{}, err
	}
	next, ok := nextOf(w)
	if !ok || next.Key != ask.Key {
		return steered{}, ops.Refuse("the opening that was shown is no longer the next of window "+w.Name, "windows show "+w.Name)
	}
	if next.State != ops.Skipped {
		if next, err = b.windows.SkipWindow(ctx, ask.Environment, w.Name, by, ask.Reason); err != nil {
			return steered{}, err
		}
		next.By = by
	}
	return steered{key: occurrenceKey("skipped", next), card: cards.SkippedOpening(next, next.By)}, nil
}

func (b *Bot) runNow(ctx context.Context, ask cards.Ask, by ops.Actor) (steered, error) {
	w, err := b.shownWindow(ctx, ask)
	if err != nil {
		return steered{}, err
	}
	i := slices.IndexFunc(w.Next, func(o ops.Occurrence) bool { return o.State == ops.OpenNow && o.By.ID == by.ID })
	if i >= 0 {
		return steered{key: occurrenceKey("opened", w.Next[i]), card: cards.OpenedWindow(w.Next[i], by)}, nil
	}
	o, err := b.windows.RunWindow(ctx, ask.Environment, w.Name, by, ask.Reason)
	return steered{key: occurrenceKey("opened", o), card: cards.OpenedWindow(o, by)}, err
}

func occurrenceKey(what string, o ops.Occurrence) string {
	return fmt.Sprintf("%s/%s/%s/%s", what, o.Environment, o.Window, o.Key)
}

func (b *Bot) freeze(ctx context.Context, ask cards.Ask, by ops.Actor) (steered, error) {
	known, err := b.windows.Freezes(ctx, ask.Environment)
	if err != nil {
		return steered{}, err
	}
	zone := b.zoneOf(ask.Environment)
	i := slices.IndexFunc(known, func(f ops.Freeze) bool {
		return f.By.ID == by.ID && f.Until.Equal(ask.Until) && f.Reason == ask.Reason && f.Environment == ask.Environment
	})
	if i >= 0 {
		return steered{key: "frozen/" + known[i].ID, card: cards.Frozen(known[i], zone)}, nil
	}
	f, err := b.windows.Freeze(ctx, ops.Freeze{Environment: ask.Environment, From: time.Now().UTC(), Until: ask.Until, Reason: ask.Reason, Source: "chat", By: by})
	return steered{key: "frozen/" + f.ID, card: cards.Frozen(f, zone)}, err
}

func (b *Bot) unfreeze(ctx context.Context, d Delivery, ask cards.Ask, by ops.Actor) (steered, error) {
	known, err := b.windows.Freezes(ctx, ask.Environment)
	if err != nil {
		return steered{}, err
	}
	done := steered{key: "unfrozen/" + ask.ID, card: cards.Unfrozen(ask, by)}
	gone := !slices.ContainsFunc(known, func(f ops.Freeze) bool { return f.ID == ask.ID })
	if gone && d.Received.Before(b.started) {
		return done, nil // an earlier process lifted it and had no time to say so
	}
	_, err = b.windows.Unfreeze(ctx, ask.Environment, ask.ID, by)
	return done, err
}
