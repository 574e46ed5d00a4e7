package bot

import (
	"context"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// rehearse asks for a version to be tried on a copy of the data. The card that
// follows is the answer.
func (b *Bot) rehearse(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	req := b.request(ctx, d, cmd, env, by)
	req.Strategy, req.Rehearse = ops.Rehearsing, true
	return b.propose(ctx, d, req)
}

// planRehearsed plans the version that a run has rehearsed, for whoever clicked.
func (b *Bot) planRehearsed(ctx context.Context, d Delivery) {
	run, err := b.service.Run(ctx, d.Run)
	if err == nil {
		var plan ops.Plan
		plan, err = b.service.Plan(ctx, ops.Request{
			Environment: run.Plan.Environment, Target: run.Plan.Target, Strategy: ops.Auto,
			By: b.names.actor(ctx, d.User, d.UserName), Channel: d.Channel,
		})
		if err == nil {
			b.answer(ctx, d, cards.Plan(plan, b.command))
		}
	}
	b.answerError(ctx, d, "planning the upgrade", err)
}
