package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/notify/store"
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
	turns   turns

	mu        sync.Mutex
	routes    []Route
	templates *Templates
	statusURL string
}

// Open is the outbox in a database, after its migrations. Nothing is sent before Run.
func Open(ctx context.Context, db *sql.DB, opts Options) (*Outbox, error) {
	s, err := store.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	o := &Outbox{store: s, metrics: opts.Metrics, log: opts.Log, wake: make(chan struct{}, 1), turns: turns{taken: map[store.Reader]int64{}}}
	if o.metrics == nil {
		o.metrics = NewMetrics()
	}
	if err := o.Configure(opts.Routes, opts.Templates, opts.StatusURL); err != nil {
		return nil, err
	}
	return o, nil
}

// Configure replaces where notices go and in which words, as a reload of the
// configuration does. Messages to a channel that is gone wait for it until their
// deadline.
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
