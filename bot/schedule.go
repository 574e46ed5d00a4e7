package bot

import (
	"context"
	"slices"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// openSchedule asks who clicked into which opening they approve a run.
func (b *Bot) openSchedule(ctx context.Context, d Delivery) {
	run, err := b.service.Run(ctx, d.Run)
	if err != nil {
		b.answerError(ctx, d, "looking at the run", err)
		return
	}
	if run.State != ops.Proposed {
		b.repair(ctx, d.Run)
		b.answer(ctx, d, cards.NoLonger(run, b.command))
		return
	}
	openings, err := b.freeOpenings(ctx, run.Plan.Environment, cards.OpeningsOffered)
	if err != nil {
		b.answerError(ctx, d, "looking for openings", err)
		return
	}
	if len(openings) == 0 {
		b.answer(ctx, d, cards.NoWindows(run.Plan.Environment))
		return
	}
	b.showModal(ctx, d, b.scheduleModal(ctx, d, run, openings), "approve "+d.Run+" --window "+ops.NextWindow)
}

// freeOpenings are the coming openings that no run is approved into.
func (b *Bot) freeOpenings(ctx context.Context, environment string, n int) ([]ops.Opening, error) {
	taken, err := b.service.Scheduled(ctx, environment)
	if err != nil {
		return nil, err
	}
	openings, err := b.service.Openings(ctx, environment, n+len(taken))
	free := slices.DeleteFunc(openings, func(o ops.Opening) bool {
		return slices.ContainsFunc(taken, func(r ops.Run) bool { return r.Opening.Window == o.Window && r.Opening.Key == o.Key })
	})
	return free[:min(n, len(free))], err
}

func (b *Bot) scheduleModal(ctx context.Context, d Delivery, run ops.Run, openings []ops.Opening) slack.ModalViewRequest {
	if b.offersGlass(ctx, d) {
		return cards.ScheduleGlassModal(run, openings, time.Now())
	}
	return cards.ScheduleModal(run, openings, time.Now())
}

// showModal opens a modal. It cannot wait in the outbox, for the permission ends;
// where it fails, the person is told what to type.
func (b *Bot) showModal(ctx context.Context, d Delivery, modal slack.ModalViewRequest, instead string) {
	call, cancel := context.WithTimeout(ctx, modalTimeout)
	defer cancel()
	if _, err := b.api.OpenViewContext(call, d.TriggerID, modal); err != nil && ctx.Err() == nil {
		b.log.WithFields(logrus.Fields{"run": d.Run, "modal": modal.CallbackID}).WithError(err).Warn("cannot open a modal")
		b.answer(ctx, d, cards.Mistake("Slack did not open the dialog in time; type it instead", []string{instead}, b.command))
	}
}
