package bot

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/retry"
)

const (
	// editGap is the shortest time between two edits of one card.
	editGap = 2 * time.Second
	// retryFirst and retryMost bound the waits between tries of one message.
	retryFirst = time.Second
	retryMost  = 30 * time.Second
	// sendersMost is how many lanes are sent at a time.
	sendersMost = 4
	// idle is how often the outbox is looked through without being told.
	idle = 30 * time.Second
)

// outbox sends what the bot says: each lane in order, each message once.
//
// A message is Pending, or Unsure from just before its call until something
// certain came back. An Unsure post may be in the channel, also after a crash:
// its key is looked for in the channel's metadata before it is posted again.
type outbox struct {
	slack   *courier
	store   Outbox
	metrics *Metrics
	log     *logrus.Entry
	wake    chan struct{}
	// edits is when the first card may be edited: an earlier process may have
	// edited it just before it ended.
	edits time.Time

	mu     sync.Mutex
	busy   map[string]bool      // lanes being sent
	notYet map[string]time.Time // lane, or method and channel → when it may go on
}

func newOutbox(api *slack.Client, client *http.Client, store Outbox, metrics *Metrics, log *logrus.Entry) *outbox {
	return &outbox{
		slack: &courier{api: api, http: client}, store: store, metrics: metrics, log: log,
		wake: make(chan struct{}, 1), edits: time.Now().Add(editGap), busy: map[string]bool{}, notYet: map[string]time.Time{},
	}
}

// enqueue takes over the duty to say something.
func (o *outbox) enqueue(ctx context.Context, m Message) (fresh bool, err error) {
	fresh, err = o.store.Enqueue(ctx, m)
	o.kick()
	return fresh, err
}

func (o *outbox) kick() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run sends until ctx ends.
func (o *outbox) run(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	for {
		wait := o.sendDue(ctx, &sending)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-o.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// sendDue starts sending the first message of every lane that may go on, and
// tells when the next may.
func (o *outbox) sendDue(ctx context.Context, sending *sync.WaitGroup) time.Duration {
	busy := o.busyNow()
	heads, err := o.store.Heads(ctx)
	if err != nil {
		if ctx.Err() == nil {
			o.log.WithError(err).Error("cannot read the outbox")
		}
		return idle
	}
	if depth, err := o.store.Depth(ctx); err == nil {
		o.metrics.Depth.Set(float64(depth))
	}
	wait := idle
	for _, m := range heads {
		if busy[m.Lane()] {
			continue // its state may have changed since it was read; its end wakes us
		}
		left, free := o.claim(m)
		if !free {
			continue
		}
		if left > 0 {
			wait = min(wait, left)
			continue
		}
		sending.Go(func() {
			next := o.deliver(ctx, m)
			o.release(m, next)
			o.kick()
		})
	}
	return wait
}

// busyNow are the lanes being sent. Only sendDue adds to them.
func (o *outbox) busyNow() map[string]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.busy)
}

// claim takes a message's lane when it is free and may go on now.
func (o *outbox) claim(m Message) (left time.Duration, free bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[m.Lane()] || len(o.busy) >= sendersMost {
		return 0, false
	}
	now := time.Now()
	at := m.NextAt
	if m.Kind == Update && o.edits.After(at) {
		at = o.edits
	}
	for _, key := range []string{m.Lane(), pace(m)} {
		if o.notYet[key].After(at) {
			at = o.notYet[key]
		}
	}
	if at.After(now) {
		return at.Sub(now), true
	}
	delete(o.notYet, m.Lane())
	delete(o.notYet, pace(m))
	o.busy[m.Lane()] = true
	return 0, true
}

// pauses are what others have to wait for after a message was sent.
type pauses map[string]time.Duration

func (o *outbox) release(m Message, next pauses) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, m.Lane())
	for key, d := range next {
		o.notYet[key] = time.Now().Add(d)
	}
}

// pace names what Slack limits: a method in a channel (docs: apis/web-api/rate-limits).
func pace(m Message) string { return string(m.Kind) + " " + m.Channel }

// deliver makes one try at a message and records what came of it.
func (o *outbox) deliver(ctx context.Context, m Message) pauses {
	log := o.log.WithFields(logrus.Fields{"message": m.Key, "kind": m.Kind, "channel": m.Channel, "attempt": m.Attempts + 1})
	if m.State == Unsure && m.Kind == Post {
		ts, err := o.slack.find(ctx, m)
		switch {
		case err != nil && judge(err) == never:
			return o.drop(ctx, m, err, log)
		case err != nil:
			m.Attempts++ // so that looking, too, becomes rarer
			return o.postpone(ctx, m, err, log)
		}
		if ts != "" {
			log.Info("Slack had the message already; it is not sent again")
			return o.sent(ctx, m, ts, log)
		}
	}
	if (m.Kind == Update || m.Parent != "") && m.ParentTS == "" {
		return o.drop(ctx, m, errors.New("the message it belongs to was never posted"), log)
	}
	again := m.State == Unsure
	m.State = Unsure
	m.Attempts++
	if m.Kind == Post || m.Kind == Respond { // an edit may be made again, and Slack keeps no list of ephemerals
		if err := o.store.Save(ctx, m); err != nil {
			if ctx.Err() == nil {
				log.WithError(err).Error("cannot record that a message is being sent; it is not sent now")
			}
			return pauses{m.Lane(): retryFirst}
		}
	}
	ts, err := o.slack.send(ctx, m, again)
	if err == nil {
		return o.sent(ctx, m, ts, log)
	}
	return o.failed(ctx, m, err, log)
}

// failed decides what becomes of a message that Slack did not accept.
func (o *outbox) failed(ctx context.Context, m Message, err error, log *logrus.Entry) pauses {
	switch verdict := judge(err); verdict {
	case unknown:
		return o.postpone(ctx, m, err, log)
	case notTaken:
		m.State = Pending
		return o.postpone(ctx, m, err, log)
	case badContent:
		if len(m.Blocks.BlockSet) > 0 {
			log.WithError(err).Error("Slack refuses the blocks of a message; its text is sent alone")
			m.Blocks, m.State = slack.Blocks{}, Pending
			return o.record(ctx, m, log, nil)
		}
	case unreachable:
		if other, ok := otherWay(m); ok {
			log.WithError(err).Info("a person cannot be answered this way; trying another")
			other.State = Pending
			return o.record(ctx, other, log, nil)
		}
	}
	return o.drop(ctx, m, err, log)
}

// otherWay is how else a person can be answered: a response_url that expired
// becomes a message only they see, and where that cannot be, one that names them.
func otherWay(m Message) (Message, bool) {
	switch m.Kind {
	case Respond:
		m.Kind, m.URL = Ephemeral, ""
		return m, true
	case Ephemeral:
		m.Kind, m.Text = Post, "<@"+m.User+"> "+m.Text
		m.Blocks.BlockSet = append([]slack.Block{slack.NewSectionBlock(
			slack.NewTextBlockObject(slack.MarkdownType, "<@"+m.User+">", false, false), nil, nil)}, m.Blocks.BlockSet...)
		return m, true
	}
	return m, false
}

func (o *outbox) postpone(ctx context.Context, m Message, err error, log *logrus.Entry) pauses {
	wait, next := retry.Delay(m.Attempts, retryFirst, retryMost), pauses{}
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		wait = max(limited.RetryAfter, time.Second)
		next[pace(m)] = wait
	}
	m.NextAt = time.Now().Add(wait).UTC()
	log.WithError(err).WithField("again_in", wait.Round(time.Millisecond)).Warn("Slack did not take a message")
	return o.record(ctx, m, log, next)
}

func (o *outbox) drop(ctx context.Context, m Message, err error, log *logrus.Entry) pauses {
	log.WithError(err).Error("a message is given up: Slack will never take it")
	m.State = Dropped
	return o.record(ctx, m, log, nil)
}

func (o *outbox) sent(ctx context.Context, m Message, ts string, log *logrus.Entry) pauses {
	m.State, m.TS = Sent, ts
	next := pauses{}
	switch m.Kind {
	case Update:
		next[m.Lane()] = editGap
	case Post:
		next[editLane(m.Key)] = editGap
	}
	return o.record(ctx, m, log, next)
}

// record writes what is known now, also when ctx has just ended.
func (o *outbox) record(ctx context.Context, m Message, log *logrus.Entry, next pauses) pauses {
	if err := o.store.Save(context.WithoutCancel(ctx), m); err != nil {
		log.WithError(err).Error("cannot record what became of a message; it is looked up and tried again")
		if next == nil {
			next = pauses{}
		}
		next[m.Lane()] = retryFirst
	}
	return next
}
