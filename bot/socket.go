package bot

import (
	"context"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/keeptrusts/ktops/internal/retry"
)

// listen takes deliveries over Socket Mode, and connects anew whatever happens:
// the day Slack refuses the token, the rest of the daemon goes on.
func (b *Bot) listen(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		started := time.Now()
		err := b.connect(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(started) > time.Minute {
			attempt = 1
		}
		b.link.set(fmt.Errorf("not connected to Slack: %w", err))
		wait := retry.Delay(attempt, retryFirst, retryMost)
		b.log.WithError(err).WithField("again_in", wait.Round(time.Second)).Warn("the connection to Slack ended")
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// connect serves one socket client until it gives up.
func (b *Bot) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := socketmode.New(b.api, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	var serving sync.WaitGroup
	defer serving.Wait()
	serving.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-client.Events:
				b.serveSocket(ctx, client, e, &serving)
			}
		}
	})
	err := client.RunContext(ctx)
	cancel()
	return err
}

// serveSocket acknowledges each delivery on its own, so that one that waits for
// the disk does not keep the next waiting.
func (b *Bot) serveSocket(ctx context.Context, client *socketmode.Client, e socketmode.Event, serving *sync.WaitGroup) {
	since := time.Now()
	switch e.Type {
	case socketmode.EventTypeConnecting:
		b.link.set(errNotYet)
	case socketmode.EventTypeConnected:
		b.link.set(nil)
		b.log.Info("connected to Slack")
	case socketmode.EventTypeConnectionError, socketmode.EventTypeInvalidAuth:
		b.log.WithField("event", e.Type).Warn("cannot connect to Slack; trying again")
	case socketmode.EventTypeSlashCommand:
		if command, ok := e.Data.(slack.SlashCommand); ok {
			d := deliveryOfCommand(command)
			serving.Go(func() { b.acknowledge(ctx, client, e.Request, d, since) })
		}
	case socketmode.EventTypeInteractive:
		interaction, ok := e.Data.(slack.InteractionCallback)
		d, useful := deliveryOfInteraction(interaction)
		if ok && useful {
			serving.Go(func() { b.acknowledge(ctx, client, e.Request, d, since) })
			return
		}
		b.ack(ctx, client, e.Request, nil, since)
	case socketmode.EventTypeEventsAPI:
		b.ack(ctx, client, e.Request, nil, since)
	}
}

// acknowledge stores a delivery and says so. One that cannot be stored is not
// acknowledged: Slack tells the person.
func (b *Bot) acknowledge(ctx context.Context, client *socketmode.Client, req *socketmode.Request, d Delivery, since time.Time) {
	fresh, err := b.receive(ctx, d)
	if err != nil {
		b.log.WithError(err).Error("a delivery of Slack was refused: it could not be stored")
		return
	}
	var payload any
	if reply := b.soon(d); fresh && reply != nil && req.AcceptsResponsePayload {
		payload = reply
	}
	b.ack(ctx, client, req, payload, since)
}

func (b *Bot) ack(ctx context.Context, client *socketmode.Client, req *socketmode.Request, payload any, since time.Time) {
	if req == nil {
		return
	}
	if err := client.AckCtx(ctx, req.EnvelopeID, payload); err != nil {
		if ctx.Err() == nil {
			b.log.WithError(err).Warn("cannot acknowledge a delivery; Slack delivers it again")
		}
		return
	}
	b.metrics.Ack.Observe(time.Since(since).Seconds())
}
