package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// maintenance closes the edge for a while, opens it again, or tells how it is.
func (b *Bot) maintenance(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	switch cmd.Action {
	case "on":
		return b.askMaintenance(ctx, d, cmd, env, by)
	case "off":
		return b.askReopen(ctx, d, cmd, env)
	}
	status, err := b.service.Status(ctx, env)
	if err != nil {
		return err
	}
	b.answer(ctx, d, cards.Edge(status, b.command))
	return nil
}

// askMaintenance proposes to close the edge. Where nobody would have to approve it,
// who typed it is asked first, for it would be closed at once.
func (b *Bot) askMaintenance(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	ask := cards.Ask{Does: cards.AskedClose, Environment: env, For: cmp.Or(cmd.For, defaultMaintenance), Reason: cmd.Reason}
	if e, _ := b.environment(env); e.Policy.Approvals > 0 {
		return b.propose(ctx, d, closing(d, ask, by))
	}
	b.answer(ctx, d, cards.AskClose(ask))
	return nil
}

// closeEdge closes the edge after a yes.
func (b *Bot) closeEdge(ctx context.Context, d Delivery, ask cards.Ask, by ops.Actor) error {
	if err := b.propose(ctx, d, closing(d, ask, by)); err != nil {
		return err
	}
	b.answer(ctx, d, cards.Plain("🚧 It is asked for; the card in the channel shows how it goes."))
	return nil
}

func closing(d Delivery, ask cards.Ask, by ops.Actor) ops.Request {
	return ops.Request{
		Environment: ask.Environment, Strategy: ops.Closing, By: by, Reason: ask.Reason, Channel: d.Channel,
		Maintenance: &ops.Maintenance{For: ask.For},
	}
}

// askReopen asks whether the maintenance of an environment is to end now.
func (b *Bot) askReopen(ctx context.Context, d Delivery, cmd Command, env string) error {
	runs, err := b.service.History(ctx, env, historyDefault)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(runs, func(r ops.Run) bool { return r.State.Open() && r.Request.Maintenance != nil })
	if i < 0 {
		return ops.Refuse("no maintenance is on in "+env, "maintenance status")
	}
	ask := cards.Ask{Does: cards.AskedReopen, Environment: env, ID: runs[i].ID, Reason: cmd.Reason}
	b.answer(ctx, d, cards.AskReopen(ask, runs[i]))
	return nil
}

// reopen ends the maintenance that was shown, and no other.
func (b *Bot) reopen(ctx context.Context, id, reason string, by ops.Actor) (ops.Run, error) {
	run, err := b.service.Run(ctx, id)
	if err != nil {
		return run, err
	}
	if !run.State.Open() {
		b.repair(ctx, id)
		return run, ops.Refuse(fmt.Sprintf("run %s is over: %s", id, run.State), "maintenance status")
	}
	run, err = b.service.Reopen(ctx, run.Request.Environment, by, reason)
	b.refresh(ctx, id)
	return run, err
}
