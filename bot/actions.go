package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// modalTimeout is how long the permission to open a modal lives (docs:
// interactivity/handling-user-interaction, trigger_id).
const modalTimeout = 3 * time.Second

// act does what a click or a modal asks for.
func (b *Bot) act(ctx context.Context, d Delivery) {
	log := b.log.WithFields(logrus.Fields{"run": d.Run, "user": d.User, "action": d.Action})
	log.Info("click")
	switch d.Action {
	case cards.ActionDetails:
		b.openModal(ctx, d, cards.DetailsModal, "history "+d.Run)
	case cards.ActionConfirm:
		b.confirmed(ctx, d)
	case cards.ActionCancel:
		b.answer(ctx, d, cards.Plain("Nothing was done."))
	case cards.ActionRollback:
		b.adviseOn(ctx, d)
	case cards.ActionPlan:
		b.planRehearsed(ctx, d)
	case cards.ActionReopen:
		_, err := b.reopen(ctx, d.Run, "", b.names.actor(ctx, d.User, d.UserName))
		b.answerError(ctx, d, "opening the edge", err)
	case cards.ActionSchedule:
		b.openSchedule(ctx, d)
	case cards.ActionReject:
		b.openModal(ctx, d, cards.RejectModal, "reject "+d.Run+" REASON")
	case cards.ActionApprove:
		if b.offersGlass(ctx, d) {
			b.openModal(ctx, d, cards.BreakGlassModal, "approve "+d.Run+" --break-glass REASON")
			return
		}
		b.clicked(ctx, d, decision{verb: "approve"})
	case cards.CallbackBreakGlass:
		b.clicked(ctx, d, decision{verb: "approve", glass: true})
	case cards.CallbackSchedule:
		b.clicked(ctx, d, decision{verb: "approve", opening: cards.ReadChoice(d.Opening)})
	case cards.CallbackScheduleGlass:
		b.clicked(ctx, d, decision{verb: "approve", glass: true, opening: cards.ReadChoice(d.Opening)})
	case cards.CallbackReject:
		b.clicked(ctx, d, decision{verb: "reject"})
	case cards.ActionHold:
		b.clicked(ctx, d, decision{verb: "hold"})
	case cards.ActionAbort:
		b.clicked(ctx, d, decision{verb: "abort"})
	case cards.ActionResume:
		b.clicked(ctx, d, decision{verb: "resume"})
	default:
		log.Warn("a click on something that this ktops does not know")
	}
}

// decision is what a person decided about a run.
type decision struct {
	verb, reason string
	by           ops.Actor
	glass        bool
	opening      *ops.Opening // that an approval is for
}

// clicked decides by click. The card shows the outcome; only a no is answered.
func (b *Bot) clicked(ctx context.Context, d Delivery, say decision) {
	say.by, say.reason = b.names.actor(ctx, d.User, d.UserName), d.Reason
	_, err := b.decide(ctx, d.Run, say)
	if err != nil {
		b.repair(ctx, d.Run)
	} else {
		b.refresh(ctx, d.Run)
	}
	if d.Channel == "" {
		d.Channel = b.channelOfRun(ctx, d.Run) // a modal belongs to no channel
	}
	b.answerError(ctx, d, say.verb, err)
}

// decide hands a decision to the domain.
func (b *Bot) decide(ctx context.Context, run string, say decision) (ops.Run, error) {
	switch say.verb {
	case "approve":
		return b.service.Approve(ctx, run, ops.Approval{By: say.by, BreakGlass: say.glass, Reason: say.reason, Opening: say.opening})
	case "reject":
		return b.service.Reject(ctx, run, say.by, say.reason)
	case "hold":
		return b.service.Hold(ctx, run, say.by, say.reason)
	case "resume":
		return b.service.Resume(ctx, run, say.by)
	case "abort":
		return b.service.Abort(ctx, run, say.by, say.reason)
	}
	return ops.Run{}, fmt.Errorf("there is no decision %q", say.verb)
}

// offersGlass tells whether this click is a person's on their own request where
// the policy lets them break the glass. Whether they may is the domain's to say.
func (b *Bot) offersGlass(ctx context.Context, d Delivery) bool {
	run, err := b.service.Run(ctx, d.Run)
	if err != nil || run.State != ops.Proposed || run.Request.By.ID != d.User {
		return false
	}
	env, ok := b.environment(run.Plan.Environment)
	if !ok {
		return false
	}
	who := env.Policy.BreakGlass
	if slices.Contains(who.Users, "*") || slices.Contains(who.Users, d.User) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, modalTimeout/2)
	defer cancel()
	for _, group := range who.Groups {
		if members, err := b.groups.Members(ctx, group); err == nil && slices.Contains(members, d.User) {
			return true
		}
	}
	return false
}

// openModal opens a modal about a run.
func (b *Bot) openModal(ctx context.Context, d Delivery, modal func(ops.Run) slack.ModalViewRequest, instead string) {
	run, err := b.service.Run(ctx, d.Run)
	if err != nil {
		b.answerError(ctx, d, "looking at the run", err)
		return
	}
	if d.Action == cards.ActionReject && run.State != ops.Proposed {
		b.repair(ctx, d.Run)
		b.answer(ctx, d, cards.NoLonger(run, b.command))
		return
	}
	b.showModal(ctx, d, modal(run), instead)
}

func (b *Bot) channelOfRun(ctx context.Context, id string) string {
	card, ok, err := b.store.Card(ctx, id)
	if err != nil || !ok {
		return ""
	}
	return card.Channel
}
