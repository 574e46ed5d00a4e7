package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/notify/store"
)

const (
	// idle is how often the outbox is looked through without being told.
	idle = 30 * time.Second
	// keep is how long notices are remembered after their deadline: their keys must
	// not be taken again by looking at old runs.
	keep = 90 * 24 * time.Hour
	// sendersMost is how many messages one channel is given at a time.
	sendersMost = 2
)

// Options are what an Outbox is made of.
type Options struct {
	Routes    []Route
	Templates *Templates // nil: the built-in ones
	// StatusURL is where the status of environments is to be seen; may be empty.
	StatusURL string
	Metrics   *Metrics // nil: nobody looks
	Log       *logrus.Entry
}

// Outbox keeps notices until they were told: each reader's in order, each once.
type Outbox struct {
	store   *store.Store
	metrics *Metrics
	log     *logrus.Entry
	wake    chan struct{}

	mu        sync.Mutex
	routes    []Route
	templates *Templates
	statusURL string
	busy      map[store.Reader]bool
	sending   map[string]int // by channel
}

// Open is the outbox in a database, after its migrations. Nothing is sent before Run.
func Open(ctx context.Context, db *sql.DB, opts Options) (*Outbox, error) {
	s, err := store.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	o := &Outbox{
		store: s, metrics: opts.Metrics, log: opts.Log, wake: make(chan struct{}, 1),
		busy: map[store.Reader]bool{}, sending: map[string]int{},
	}
	if o.metrics == nil {
		o.metrics = NewMetrics()
	}
	return o, o.Configure(opts.Routes, opts.Templates, opts.StatusURL)
}

// Configure replaces where notices go and in which words, as a reload of the
// configuration does. Messages to a channel that is gone expire.
func (o *Outbox) Configure(routes []Route, templates *Templates, statusURL string) error {
	if templates == nil {
		var err error
		if templates, err = ParseTemplates(nil); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, r := range routes {
		if seen[r.Name] {
			return fmt.Errorf("two channels of notices are called %q; give each a name of its own", r.Name)
		}
		seen[r.Name] = true
	}
	o.mu.Lock()
	o.routes, o.templates, o.statusURL = routes, templates, statusURL
	o.mu.Unlock()
	o.kick()
	return nil
}

// Raise takes over the duty to tell people, and returns once that is on the disk. A
// notice whose key is known, or whose deadline has passed, is none to tell.
func (o *Outbox) Raise(ctx context.Context, n Notice) error {
	if err := n.check(); err != nil {
		return err
	}
	if !time.Now().Before(n.Deadline) {
		return nil
	}
	payload, err := json.Marshal(payload{n.Audiences, n.Facts})
	if err != nil {
		return fmt.Errorf("write notice %s: %w", n.Key, err)
	}
	fresh, err := o.store.Add(ctx, store.Notice{Key: n.Key, Environment: n.Environment, Kind: string(n.Kind), Run: n.Run,
		At: n.At, Deadline: n.Deadline, Payload: string(payload)})
	if fresh {
		o.log.WithFields(logrus.Fields{"notice": n.Key, "environment": n.Environment, "kind": n.Kind, "run": n.Run, "at": n.At.UTC().Format(time.RFC3339)}).Info("notice raised")
		o.kick()
	}
	return err
}

// Withdraw has the notices of a kind about a run not be sent, as far as they are not
// yet and were meant for before a time. It reports whether any of that kind reached,
// or may have reached, somebody.
func (o *Outbox) Withdraw(ctx context.Context, run string, kind Kind, before time.Time) (reached bool, err error) {
	return o.store.Withdraw(ctx, run, string(kind), before)
}

// payload is what of a notice no query looks at.
type payload struct {
	Audiences []Audience `json:"audiences,omitempty"`
	Facts     Facts      `json:"facts"`
}

func unpack(stored store.Notice) (Notice, error) {
	var p payload
	if err := json.Unmarshal([]byte(stored.Payload), &p); err != nil {
		return Notice{}, fmt.Errorf("read notice %s: %w", stored.Key, err)
	}
	return Notice{Key: stored.Key, Environment: stored.Environment, Kind: Kind(stored.Kind), Run: stored.Run,
		At: stored.At, Deadline: stored.Deadline, Audiences: p.Audiences, Facts: p.Facts}, nil
}

func (o *Outbox) kick() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends, and then waits for what is being sent.
func (o *Outbox) Run(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	var pruned time.Time
	for {
		if time.Since(pruned) > 24*time.Hour {
			if err := o.store.Prune(ctx, time.Now().Add(-keep)); err != nil && ctx.Err() == nil {
				o.log.WithError(err).Warn("cannot forget old notices")
			}
			pruned = time.Now()
		}
		wait, err := o.work(ctx, &sending)
		if err != nil && ctx.Err() == nil {
			o.log.WithError(err).Error("cannot work on the outbox of notices")
		}
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

// work spreads what is due and starts sending what may be sent, and tells when to
// look again.
func (o *Outbox) work(ctx context.Context, sending *sync.WaitGroup) (time.Duration, error) {
	next, err := o.spread(ctx)
	wait, also := o.sendDue(ctx, sending)
	if !next.IsZero() {
		wait = min(wait, max(time.Until(next), 0))
	}
	if err != nil {
		wait = idle
	}
	return wait, errors.Join(err, also)
}

// spread makes each notice whose time has come one delivery for each reader.
func (o *Outbox) spread(ctx context.Context) (next time.Time, err error) {
	due, next, err := o.store.Due(ctx, time.Now())
	if err != nil {
		return next, err
	}
	o.mu.Lock()
	routes := o.routes
	o.mu.Unlock()
	for _, stored := range due {
		n, err := unpack(stored)
		if err != nil {
			o.log.WithError(err).Error("a notice is given up")
		}
		var readers []store.Reader
		for _, r := range routes {
			if err != nil || !r.takes(n) {
				continue
			}
			for _, to := range r.readers() {
				readers = append(readers, store.Reader{Channel: r.Name, Recipient: to})
			}
		}
		if err := o.store.Spread(ctx, stored.ID, readers, time.Now()); err != nil {
			return next, err
		}
	}
	if len(due) > 0 {
		_, next, err = o.store.Due(ctx, time.Now())
	}
	return next, err
}
