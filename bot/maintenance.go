package bot

import (
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
		return b.proposeMaintenance(ctx, d, cmd, env, by)
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

func (b *Bot) proposeMaintenance(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	lasts := cmd.For
	if lasts == 0 {
		lasts = defaultMaintenance
	}
	return b.propose(ctx, d, ops.Request{
		Environment: env, Strategy: ops.Closing, By: by, Reason: cmd.Reason, Channel: d.Channel,
		Maintenance: &ops.Maintenance{For: lasts},
	})
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
