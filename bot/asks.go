package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// historyDefault is how many runs "history" lists.
const historyDefault = 10

// soon is what the acknowledgement itself can say of a command that takes long;
// nil when the answer comes at once.
func (b *Bot) soon(d Delivery) *slack.Msg {
	cmd, mistake := Parse(d.Text, b.service.Environments())
	if mistake != nil {
		return nil
	}
	env, refusal := b.target(cmd, d)
	if refusal != nil {
		return nil
	}
	var text string
	switch cmd.Verb {
	case "upgrade", "plan":
		version := cmd.Version.String()
		if cmd.Line {
			version = cmd.Version.Line()
		}
		text = fmt.Sprintf("Looking at %s and planning %s …", env, version)
	case "rollback":
		text = fmt.Sprintf("Looking at the ways back in %s …", env)
	case "rehearse":
		text = fmt.Sprintf("Looking at %s and planning the rehearsal …", env)
	case "verify":
		text = fmt.Sprintf("Verifying %s …", env)
	case "backup":
		text = fmt.Sprintf("Looking after the backups of %s …", env)
	case "maintenance":
		text = fmt.Sprintf("Looking at the edge of %s …", env)
	case "status":
		text = fmt.Sprintf("Looking at %s …", env)
	default:
		return nil
	}
	return &slack.Msg{ResponseType: slack.ResponseTypeEphemeral, Text: cards.Plain(text).Text}
}

func (b *Bot) plan(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	plan, err := b.service.Plan(ctx, b.request(ctx, d, cmd, env, by))
	if err != nil {
		return err
	}
	b.answer(ctx, d, cards.Plan(plan, b.command))
	return nil
}

func (b *Bot) status(ctx context.Context, d Delivery, env string) error {
	status, err := b.service.Status(ctx, env)
	if err != nil {
		return err
	}
	b.answer(ctx, d, cards.Status(status, b.command))
	return nil
}

func (b *Bot) history(ctx context.Context, d Delivery, cmd Command, env string) error {
	if cmd.Run != "" {
		run, err := b.service.Run(ctx, cmd.Run)
		if err != nil {
			return err
		}
		events, err := b.service.Events(ctx, cmd.Run, 0)
		if err != nil {
			return err
		}
		b.answer(ctx, d, cards.Trail(run, events))
		return nil
	}
	limit := cmd.Limit
	if limit == 0 {
		limit = historyDefault
	}
	runs, err := b.service.History(ctx, env, limit)
	if err != nil {
		return err
	}
	b.answer(ctx, d, cards.History(env, runs, b.command))
	return nil
}

func (b *Bot) verify(ctx context.Context, d Delivery, env string, by ops.Actor) error {
	report, err := b.service.Verify(ctx, env)
	if err != nil {
		return err
	}
	b.announce(ctx, d, env, "verify/"+d.ID, cards.Verification(env, report, by))
	return nil
}

func (b *Bot) unlock(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	lease, err := b.service.Unlock(ctx, env, by, cmd.Reason)
	if err != nil {
		return err
	}
	b.announce(ctx, d, env, "unlock/"+d.ID, cards.Unlocked(lease, by, cmd.Reason))
	return nil
}

// announce shows something to everyone in the environment's channel, and in a
// channel elsewhere to who asked.
func (b *Bot) announce(ctx context.Context, d Delivery, env, key string, card cards.Card) {
	e, ok := b.environment(env)
	if ok && e.Channel != "" {
		b.say(ctx, message(key, Post, e.Channel, card))
	}
	if e.Channel != d.Channel {
		b.answer(ctx, d, card)
	}
}

// backup takes a backup under a card that tells how far it is.
func (b *Bot) backup(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	if cmd.List {
		backups, err := b.service.Backups(ctx, env)
		if err != nil {
			return err
		}
		b.answer(ctx, d, cards.Backups(env, backups))
		return nil
	}
	key := "backup/" + d.ID
	tell := newTeller(editGap, func(card cards.Card) {
		edit := message("", Update, b.channelOf(env, d), card)
		edit.Parent = key
		if !b.say(ctx, message(key, Post, b.channelOf(env, d), card)) {
			b.say(ctx, edit)
		}
	})
	backup, err := b.service.Backup(ctx, env, by, func(p ops.Progress) { tell.maybe(cards.BackingUp(env, p, by)) })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && tell.said():
		tell.now(cards.Trouble("the backup of "+env, err))
		return err
	case err != nil:
		return err
	}
	tell.now(cards.BackedUp(env, backup, by))
	if b.channelOf(env, d) != d.Channel {
		b.answer(ctx, d, cards.BackedUp(env, backup, by))
	}
	return nil
}

func (b *Bot) channelOf(env string, d Delivery) string {
	if e, ok := b.environment(env); ok && e.Channel != "" {
		return e.Channel
	}
	return d.Channel
}
