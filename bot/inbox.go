package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/internal/retry"
)

const (
	// atOnce is how many deliveries are worked on at a time; most of that is waiting.
	atOnce = 32
	// tooLate is when a delivery that a crash left over is no longer done, for the
	// person has long done something else.
	tooLate = time.Hour
	// lookAgain is how often the inbox is looked through without being told.
	lookAgain = 5 * time.Second
)

// receive stores a delivery; when it returns without error, Slack may be told
// that it has arrived. It is false for a copy.
func (b *Bot) receive(ctx context.Context, d Delivery) (fresh bool, err error) {
	fresh, err = b.store.Receive(ctx, d)
	if err != nil {
		return false, fmt.Errorf("store a delivery: %w", err)
	}
	if !fresh {
		b.log.WithFields(logrus.Fields{"delivery": d.ID, "user": d.User}).Info("received a copy of an earlier delivery; ignored")
		return false, nil
	}
	select {
	case b.arrived <- struct{}{}:
	default:
	}
	return true, nil
}

// workOff works off the inbox, and first what an earlier process left there.
func (b *Bot) workOff(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	busy := map[string]string{} // delivery → meaning
	ended := make(chan string, atOnce)
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		undone, err := b.store.Undone(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.WithError(err).Error("cannot read the inbox")
		}
		for _, d := range undone {
			if _, ok := busy[d.ID]; ok || len(busy) >= atOnce {
				continue
			}
			twin := contains(busy, d.meaning())
			busy[d.ID] = d.meaning()
			running.Go(func() {
				b.workOn(ctx, d, twin)
				ended <- d.ID // never blocks: as many places as deliveries at work
			})
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case id := <-ended:
			delete(busy, id)
		case <-b.arrived:
		case <-tick.C:
		}
	}
}

func contains(busy map[string]string, meaning string) bool {
	for _, m := range busy {
		if m == meaning {
			return true
		}
	}
	return false
}

// workOn does what a delivery asks for. When ctx ends before, it stays in the
// inbox and is done after the next start.
func (b *Bot) workOn(ctx context.Context, d Delivery, twin bool) {
	log := b.log.WithFields(logrus.Fields{"delivery": d.ID, "user": d.User, "kind": d.Kind})
	switch {
	case time.Since(d.Received) > tooLate:
		b.answer(ctx, d, cards.Plain("ktops was away when you did this, and it is too late now. Nothing was done; please do it again."))
	case twin && d.Kind == Typed:
		b.answer(ctx, d, cards.Plain("I am already working on exactly this for you."))
	case twin:
		// The click that came first answers.
	case d.Kind == Typed:
		b.obey(ctx, d)
	default:
		b.act(ctx, d)
	}
	if ctx.Err() == nil {
		b.insist(ctx, log, "mark a delivery as done", func() error { return b.store.Finish(ctx, d.ID) })
	}
}

// insist writes to the store until that succeeds, and is false when ctx ended
// first. A delivery whose end cannot be written must not be done again meanwhile.
func (b *Bot) insist(ctx context.Context, log *logrus.Entry, what string, write func() error) bool {
	for attempt := 1; ; attempt++ {
		err := write()
		if err == nil {
			return true
		}
		if ctx.Err() == nil {
			log.WithError(err).Errorf("cannot %s; trying again", what)
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(retry.Delay(attempt, retryFirst, retryMost)):
		}
	}
}

// answer tells a person the outcome of what they did, so that only they see it.
func (b *Bot) answer(ctx context.Context, d Delivery, card cards.Card) {
	m := message("answer/"+d.ID, Ephemeral, d.Channel, card)
	m.User = d.User
	// A click's response_url would replace the card; only a command's is used.
	if d.Kind == Typed && d.ResponseURL != "" {
		m.Kind, m.URL = Respond, d.ResponseURL
	}
	// What was asked of one person is answered where it was asked: its button goes.
	if d.Ask != "" && d.ResponseURL != "" {
		m.Kind, m.URL, m.Over = Respond, d.ResponseURL, true
	}
	b.say(ctx, m)
}

// say puts a message into the outbox.
func (b *Bot) say(ctx context.Context, m Message) bool {
	fresh, err := b.outbox.enqueue(ctx, m)
	if err != nil && ctx.Err() == nil {
		b.log.WithFields(logrus.Fields{"message": m.Key, "channel": m.Channel}).WithError(err).Error("cannot store a message: it is lost")
	}
	return fresh
}
