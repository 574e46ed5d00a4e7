package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// rollback tells what going back means now, with a button for each way. Nothing is
// asked for before one of them is clicked.
func (b *Bot) rollback(ctx context.Context, d Delivery, cmd Command, env string) error {
	return b.advise(ctx, d, env, cmd.Run, cmd.Reason)
}

// adviseOn does so from the button of a run's card.
func (b *Bot) adviseOn(ctx context.Context, d Delivery) {
	run, err := b.service.Run(ctx, d.Run)
	if err == nil {
		err = b.advise(ctx, d, run.Plan.Environment, run.ID, "")
	}
	b.answerError(ctx, d, "looking at the way back", err)
}

func (b *Bot) advise(ctx context.Context, d Delivery, env, run, reason string) error {
	advice, err := b.service.Advise(ctx, env, run)
	if err != nil {
		return err
	}
	b.answer(ctx, d, b.adviceCard(ctx, advice, reason, ""))
	return nil
}

func (b *Bot) adviceCard(ctx context.Context, advice ops.Advice, reason, changed string) cards.Card {
	run, err := b.service.Run(ctx, advice.Run)
	return cards.Advice(cards.AdviceView{
		Advice: advice, Reason: reason, Changed: changed, Held: err == nil && run.State == ops.Held, Zone: b.zoneOf(advice.Environment), Command: b.command,
	})
}

// goBack asks for the way back that was clicked. What it costs is counted anew, and
// shown once more where it has become much worse than what the click was about.
func (b *Bot) goBack(ctx context.Context, d Delivery, ask cards.Ask, by ops.Actor) error {
	req := ops.Request{
		Environment: ask.Environment, Strategy: ops.Returning, By: by, Reason: ask.Reason, Channel: d.Channel,
		Rollback: &ops.Rollback{Run: ask.ID, Way: ask.Way, Backup: ask.Backup},
	}
	open, err := b.askedAlready(ctx, req)
	if err != nil {
		return err
	}
	if open.ID != "" {
		b.refresh(ctx, open.ID)
		b.answer(ctx, d, cards.Plain(fmt.Sprintf("It is asked for already, as run `%s`.", open.ID)))
		return nil
	}
	advice, err := b.service.Advise(ctx, ask.Environment, ask.ID)
	if err != nil {
		return err
	}
	if changed := worse(ask, advice); changed != "" {
		b.answer(ctx, d, b.adviceCard(ctx, advice, ask.Reason, changed))
		return nil
	}
	req.Target = advice.To
	if err := b.propose(ctx, d, req); err != nil {
		return b.unlessAsked(ctx, d, req, err)
	}
	b.answer(ctx, d, cards.Plain("↩️ It is asked for; the card in the channel shows how it goes."))
	return nil
}

// fewRows is how many rows more nobody would decide otherwise for.
const fewRows = 100

// worse says what is worse now than what a click was about; empty when nothing is.
// A little more is always lost while people think, so that only counts once it doubles,
// and is more than what a busy minute writes to an idle platform.
func worse(ask cards.Ask, now ops.Advice) string {
	i := slices.IndexFunc(now.Choices, func(c ops.Choice) bool { return c.Way == ask.Way && c.Backup == ask.Backup })
	if i < 0 {
		return "this way back is not there any more"
	}
	switch c := now.Choices[i]; {
	case !c.Possible:
		return "this way back is not possible any more"
	case c.Lost == nil:
		return ""
	case c.Lost.Unknown != "" && !ask.Uncounted:
		return "how much this way back loses cannot be told any more"
	case c.Lost.Unknown == "" && !ask.Uncounted && c.Lost.Rows() > max(2*ask.Rows, ask.Rows+fewRows):
		return fmt.Sprintf("this way back loses %d rows by now, %d when it was shown", c.Lost.Rows(), ask.Rows)
	}
	return ""
}

// askedAlready is the open run that goes back the same way; the zero run when there is
// none.
func (b *Bot) askedAlready(ctx context.Context, req ops.Request) (ops.Run, error) {
	runs, err := b.service.History(ctx, req.Environment, historyDefault)
	if err != nil {
		return ops.Run{}, err
	}
	i := slices.IndexFunc(runs, func(r ops.Run) bool {
		return r.State.Open() && r.Request.Rollback != nil && sameReturn(*r.Request.Rollback, *req.Rollback)
	})
	if i < 0 {
		return ops.Run{}, nil
	}
	return runs[i], nil
}

// sameReturn reports whether two go back the same way from the same run.
func sameReturn(a, b ops.Rollback) bool {
	return a.Run == b.Run && a.Way == b.Way && a.Backup == b.Backup
}

// unlessAsked is a refusal, unless somebody else's click was just faster.
func (b *Bot) unlessAsked(ctx context.Context, d Delivery, req ops.Request, refused error) error {
	var refusal *ops.Refusal
	if !errors.As(refused, &refusal) {
		return refused
	}
	open, err := b.askedAlready(ctx, req)
	if err != nil || open.ID == "" {
		return refused
	}
	b.refresh(ctx, open.ID)
	b.answer(ctx, d, cards.Plain(fmt.Sprintf("It is asked for already, as run `%s`.", open.ID)))
	return nil
}
