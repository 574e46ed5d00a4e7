package bot

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

const (
	// refreshEvery keeps times on a card moving while its step tells nothing.
	refreshEvery = 5 * time.Second
	// recent is how long ago a run may have ended to have its card made right at
	// the start.
	recent = 24 * time.Hour
	// recentRuns is how many runs of an environment are looked at for that.
	recentRuns = 20
)

// shown is what the card of a run was last made of, in this process.
type shown struct {
	seq       int
	progress  ops.Progress
	remaining time.Duration
	content   [sha256.Size]byte
}

// project keeps the cards and threads of all runs true to the journal until ctx ends.
func (b *Bot) project(ctx context.Context) error {
	updates := b.service.Watch(ctx, "")
	b.reconcile(ctx, recentRuns)
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u, ok := <-updates:
			if !ok {
				return ctx.Err()
			}
			b.show(ctx, u, false)
		case <-tick.C:
			b.reconcile(ctx, 2) // another process may have moved a run on
		}
	}
}

// reconcile makes the cards of open and recently ended runs right.
func (b *Bot) reconcile(ctx context.Context, runs int) {
	for _, name := range b.service.Environments() {
		history, err := b.service.History(ctx, name, runs)
		if err != nil {
			if ctx.Err() == nil {
				b.log.WithField("environment", name).WithError(err).Warn("cannot read the journal for the cards")
			}
			continue
		}
		for i := len(history) - 1; i >= 0; i-- {
			if run := history[i]; run.State.Open() || time.Since(run.EndedAt) < recent {
				b.show(ctx, ops.Update{Run: run}, false)
			}
		}
		b.countDown(ctx, name)
	}
}

// countDown keeps the cards true that tell when a window opens: those runs may be
// older than the newest.
func (b *Bot) countDown(ctx context.Context, environment string) {
	waiting, err := b.service.Scheduled(ctx, environment)
	if err != nil && ctx.Err() == nil {
		b.log.WithField("environment", environment).WithError(err).Warn("cannot read the journal for the runs that wait for a window")
	}
	for _, run := range waiting {
		b.show(ctx, ops.Update{Run: run}, false)
	}
}

// refresh brings the card of a run to what the journal says now.
func (b *Bot) refresh(ctx context.Context, run string) {
	if now, err := b.service.Run(ctx, run); err == nil {
		b.show(ctx, ops.Update{Run: now}, false)
	}
}

// repair does so even if the card seems right already: a person clicked on one
// that was not.
func (b *Bot) repair(ctx context.Context, run string) {
	if now, err := b.service.Run(ctx, run); err == nil {
		b.show(ctx, ops.Update{Run: now}, true)
	}
}

// show brings the card and the thread of a run to an update.
func (b *Bot) show(ctx context.Context, u ops.Update, force bool) {
	env, ok := b.environment(u.Run.Plan.Environment)
	if !ok || env.Channel == "" {
		return
	}
	b.showing.Lock()
	err := b.showCard(ctx, env, u, force)
	b.showing.Unlock()
	if err != nil && ctx.Err() == nil {
		b.log.WithField("run", u.Run.ID).WithError(err).Error("cannot show a run in Slack; tried again within seconds")
	}
	b.pointOn(ctx, u.Run)
}

func (b *Bot) showCard(ctx context.Context, env Environment, u ops.Update, force bool) error {
	card, found, err := b.store.Card(ctx, u.Run.ID)
	if err != nil {
		return fmt.Errorf("read the card: %w", err)
	}
	if !found {
		card = RunCard{Run: u.Run.ID, Channel: env.Channel}
	}
	if u.Run.Seq < card.Seq {
		return nil // an update from before what is shown
	}
	if u.Run.Seq == card.Seq && !u.Run.State.Open() && !force {
		return nil // the last word was said, perhaps by an earlier process
	}
	u = b.newest(u)
	var openings []ops.Opening
	if cards.ChoosesOpening(u.Run) {
		if openings, err = b.freeOpenings(ctx, env.Name, 1); err != nil {
			return err
		}
	}
	content := cards.ForRun(cards.View{
		Run: u.Run, Progress: u.Progress, Remaining: u.Remaining, Policy: env.Policy, Now: time.Now(), Command: b.command,
		Openings: openings, Successor: b.successors[u.Run.ID], Cost: b.costOf(ctx, u.Run),
	})
	if err := b.put(ctx, card, content, u, force); err != nil {
		return err
	}
	was := card
	card.Seq = u.Run.Seq
	if card, err = b.tell(ctx, card, u.Run); err != nil {
		return err
	}
	if card != was || !found {
		return b.store.SaveCard(ctx, card)
	}
	return nil
}

// newest keeps progress and estimate of an earlier update of the same moment: a
// reading of the journal has none.
func (b *Bot) newest(u ops.Update) ops.Update {
	last, ok := b.shown[u.Run.ID]
	if ok && u.Progress == (ops.Progress{}) && u.Remaining == 0 && last.seq == u.Run.Seq {
		u.Progress, u.Remaining = last.progress, last.remaining
	}
	if u.Remaining == 0 {
		u.Remaining = left(u.Run)
	}
	return u
}

// left is what the estimates say of the steps that are not done.
func left(run ops.Run) time.Duration {
	var sum time.Duration
	for _, s := range run.Steps {
		if s.State != ops.StepDone && s.State != ops.StepUndone {
			sum += s.Estimate
		}
	}
	return sum
}

// put posts the card, or edits it when it is there and says something else.
func (b *Bot) put(ctx context.Context, card RunCard, content cards.Card, u ops.Update, force bool) error {
	raw, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("write the card: %w", err)
	}
	sum := sha256.Sum256(raw)
	last, ok := b.shown[card.Run]
	if ok && last.content == sum && !force {
		return nil
	}
	post := message(card.Key(), Post, card.Channel, content)
	fresh := false
	if !ok { // posted by an earlier process, or not at all
		if fresh, err = b.outbox.enqueue(ctx, post); err != nil {
			return fmt.Errorf("store the card: %w", err)
		}
	}
	if !fresh {
		edit := message("", Update, card.Channel, content)
		edit.Parent = card.Key()
		if _, err := b.outbox.enqueue(ctx, edit); err != nil {
			return fmt.Errorf("store an edit of the card: %w", err)
		}
	}
	b.shown[card.Run] = shown{seq: u.Run.Seq, progress: u.Progress, remaining: u.Remaining, content: sum}
	return nil
}

// tell writes into the thread what happened since it was last told.
func (b *Bot) tell(ctx context.Context, card RunCard, run ops.Run) (RunCard, error) {
	if card.Told >= run.Seq {
		return card, nil
	}
	events, err := b.service.Events(ctx, run.ID, card.Told)
	if err != nil {
		return card, fmt.Errorf("read what happened: %w", err)
	}
	for _, e := range events {
		if told, ok := cards.Tell(e, run); ok {
			m := message(fmt.Sprintf("run/%s/%d", run.ID, e.Seq), Post, card.Channel, told.Card)
			m.Parent, m.Loud = card.Key(), told.Loud
			if _, err := b.outbox.enqueue(ctx, m); err != nil {
				return card, fmt.Errorf("store a thread's message: %w", err)
			}
		}
		card.Told = e.Seq
	}
	return card, nil
}

// message is a card on its way.
func message(key string, kind MessageKind, channel string, card cards.Card) Message {
	return Message{
		Key: key, Kind: kind, Channel: channel, Text: card.Text, Blocks: slack.Blocks{BlockSet: card.Blocks},
		State: Pending, Created: time.Now().UTC(),
	}
}
