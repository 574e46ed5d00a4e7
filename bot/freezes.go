package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// errNoWindows is the no of a ktops that keeps neither windows nor freezes.
func errNoWindows(env string) error {
	return ops.Refuse(env+" has no windows and no freezes", "add windows to it in ktops.yaml")
}

// freezes lists the freezes of an environment.
func (b *Bot) freezes(ctx context.Context, d Delivery, env string) error {
	var known []ops.Freeze
	if b.windows != nil {
		var err error
		if known, err = b.windows.Freezes(ctx, env); err != nil {
			return err
		}
	}
	b.answer(ctx, d, cards.Freezes(env, known, time.Now(), b.zoneOf(env), b.command))
	return nil
}

// askFreeze asks whether an environment is to be frozen.
func (b *Bot) askFreeze(ctx context.Context, d Delivery, cmd Command, env string) error {
	if b.windows == nil {
		return errNoWindows(env)
	}
	zone := b.zoneOf(env)
	until, err := untilTime(cmd.Until, time.Now(), ops.Location(zone))
	if err != nil {
		return ops.Refuse(err.Error(), "freeze 3d REASON")
	}
	if !until.After(time.Now()) {
		return ops.Refuse("a freeze until "+cmd.Until+" would be over already", "freeze 3d REASON")
	}
	b.answer(ctx, d, cards.AskFreeze(cards.Ask{Does: cards.AskedFreeze, Environment: env, Until: until.UTC(), Reason: cmd.Reason}, zone))
	return nil
}

// askUnfreeze asks whether a freeze is to be lifted.
func (b *Bot) askUnfreeze(ctx context.Context, d Delivery, cmd Command, env string) error {
	if b.windows == nil {
		return errNoWindows(env)
	}
	known, err := b.windows.Freezes(ctx, env)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(known, func(f ops.Freeze) bool { return strings.EqualFold(f.ID, cmd.ID) })
	if i < 0 {
		return ops.Refuse(env+" has no freeze "+cmd.ID, "freezes")
	}
	ask := cards.Ask{Does: cards.AskedUnfreeze, Environment: env, ID: known[i].ID, Reason: cmd.Reason}
	b.answer(ctx, d, cards.AskUnfreeze(ask, known[i], b.zoneOf(env)))
	return nil
}
