package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// lookEvery is how often recent runs are looked at without being told: another
	// process may have moved one.
	lookEvery = time.Minute
	// lookAgain is how soon they are after something went wrong.
	lookAgain = 5 * time.Second
	// recentRuns is how many of an environment are looked at, beside those that wait.
	recentRuns = 20
)

// Runs are what a Watcher watches: *ops.Operator.
type Runs interface {
	Environments() []string
	Watch(ctx context.Context, run string) <-chan ops.Update
	Events(ctx context.Context, run string, after int) ([]ops.Event, error)
	History(ctx context.Context, environment string, limit int) ([]ops.Run, error)
	// Scheduled lists the runs that wait for a window.
	Scheduled(ctx context.Context, environment string) ([]ops.Run, error)
}

// WatcherOptions are what a Watcher is made of.
type WatcherOptions struct {
	Runs   Runs
	Outbox *Outbox
	Places map[string]Place // by environment
	Log    *logrus.Entry
}

// Watcher turns what happens to runs into notices.
type Watcher struct {
	runs   Runs
	outbox *Outbox
	log    *logrus.Entry
	wake   chan struct{}

	seen map[string]int // the last event of each run that was told of

	mu     sync.Mutex
	places map[string]Place
}

// NewWatcher is a watcher that does not watch yet.
func NewWatcher(o WatcherOptions) *Watcher {
	return &Watcher{runs: o.Runs, outbox: o.Outbox, log: o.Log, places: o.Places, seen: map[string]int{}, wake: make(chan struct{}, 1)}
}

// SetPlaces replaces what the configuration says, as a reload does. Runs that wait are
// announced at new leads as well.
func (w *Watcher) SetPlaces(places map[string]Place) {
	w.mu.Lock()
	w.places = places
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run watches until ctx ends. It subscribes before it looks at what happened while
// nobody watched, so that nothing is missed between.
func (w *Watcher) Run(ctx context.Context) error {
	updates := w.runs.Watch(ctx, "")
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u, ok := <-updates:
			if !ok {
				return ctx.Err()
			}
			err = w.look(ctx, u.Run)
		case <-w.wake:
			clear(w.seen)
			err = w.lookAtAll(ctx)
		case <-timer.C:
			err = w.lookAtAll(ctx)
			timer.Reset(lookEvery)
		}
		if err != nil && ctx.Err() == nil {
			w.log.WithError(err).Warn("cannot tell what happened; trying again")
			timer.Reset(lookAgain)
		}
	}
}

// lookAtAll looks at the recent runs of every environment and at those that wait. What
// goes wrong with one keeps nothing from the others.
func (w *Watcher) lookAtAll(ctx context.Context) error {
	var failed error
	for _, environment := range w.runs.Environments() {
		recent, err := w.runs.History(ctx, environment, recentRuns)
		failed = errors.Join(failed, err)
		waiting, err := w.runs.Scheduled(ctx, environment)
		failed = errors.Join(failed, err)
		for _, run := range slices.Backward(append(recent, waiting...)) {
			failed = errors.Join(failed, w.look(ctx, run))
		}
	}
	return failed
}

// look tells of a run, unless nothing has happened to it since it was told of last.
func (w *Watcher) look(ctx context.Context, run ops.Run) error {
	if w.seen[run.ID] == run.Seq {
		return nil
	}
	w.mu.Lock()
	place := w.places[run.Request.Environment]
	w.mu.Unlock()
	if before := run.Request.Replaces; before != "" {
		if err := w.tellOf(ctx, before, place); err != nil {
			return err
		}
	}
	return w.tellOf(ctx, run.ID, place)
}

func (w *Watcher) tellOf(ctx context.Context, run string, place Place) error {
	s, err := w.story(ctx, run, place)
	if err != nil {
		return fmt.Errorf("look what happened to run %s: %w", run, err)
	}
	if err := w.tell(ctx, s); err != nil {
		return fmt.Errorf("tell what happened to run %s: %w", run, err)
	}
	w.seen[run] = s.run.Seq
	return nil
}

// tell has the outbox tell what a story has to.
func (w *Watcher) tell(ctx context.Context, s story) error {
	t := s.tell()
	announced := false
	for _, over := range t.over {
		reached, err := w.outbox.Withdraw(ctx, s.run.ID, over.kind, over.before)
		if err != nil {
			return err
		}
		announced = announced || (over.kind == Upcoming && reached)
	}
	for _, run := range s.before {
		reached, err := w.outbox.Withdraw(ctx, run.ID, Upcoming, s.run.ProposedAt.Add(evermore))
		if err != nil {
			return err
		}
		announced = announced || reached
	}
	if t.cancelled != nil && announced {
		t.notices = append(t.notices, *t.cancelled)
	}
	var failed error
	for _, n := range t.notices {
		failed = errors.Join(failed, w.outbox.Raise(ctx, n))
	}
	return failed
}

// story reads all that a run's notices depend on.
func (w *Watcher) story(ctx context.Context, run string, place Place) (story, error) {
	events, err := w.runs.Events(ctx, run, 0)
	if err != nil {
		return story{}, err
	}
	s := story{events: events, run: ops.Fold(events), place: place}
	for before := s.run.Request.Replaces; before != ""; before = s.before[len(s.before)-1].Request.Replaces {
		events, err := w.runs.Events(ctx, before, 0)
		if err != nil {
			return story{}, err
		}
		s.before = append(s.before, ops.Fold(events))
	}
	if s.run.State == ops.Void {
		later, err := w.runs.History(ctx, s.run.Request.Environment, recentRuns)
		if err != nil {
			return story{}, err
		}
		s.again = slices.ContainsFunc(later, func(r ops.Run) bool { return r.Request.Replaces == run })
	}
	return s, nil
}
