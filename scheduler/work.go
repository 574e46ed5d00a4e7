package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

const (
	// beatEvery is how often the owner of an occurrence gives a sign of life, deadAfter
	// how long the lack of one makes it gone.
	beatEvery = 5 * time.Second
	deadAfter = 25 * time.Second
	// retryEvery is how often something that is in the way is tried again.
	retryEvery = 10 * time.Second
	// partingTime is how long a scheduler that ends takes at most to say so.
	partingTime = 5 * time.Second
)

// work is an occurrence in the hands of its owner.
type work struct {
	*Scheduler
	operator Operator
	o        store.Occurrence
	// late is set when it began long after the window had opened: then a chore is
	// begun only if it will be through in time.
	late bool
	// hindrance is why the run could not begin when that was last tried.
	hindrance error
}

// attend works in an occurrence of this owner beside the loop. How far it is, is read
// once nobody else in this process has it any more.
func (l *loop) attend(ctx context.Context, operator Operator, environment string, opening ops.Opening) {
	id := name(environment, opening)
	if !l.mine.take(id) {
		return
	}
	l.working.Go(func() {
		o, found, err := l.store.Occurrence(ctx, environment, opening.Window, opening.Key)
		if err != nil || !found || o.State != ops.OpenNow || o.Owner != l.owner {
			l.mine.drop(id)
			return
		}
		w := &work{Scheduler: l.Scheduler, operator: operator, o: o, late: o.Began.Sub(o.Opens) > lateAfter}
		w.run(ctx)
		l.mine.drop(id)
		l.kick() // there may be something to tell
	})
}

func (w *work) run(ctx context.Context) {
	ctx, lost := context.WithCancelCause(ctx)
	var beating sync.WaitGroup
	o := w.o // which changes while the work goes on; who it belongs to does not
	beating.Go(func() { w.beat(ctx, o, lost) })
	defer beating.Wait()
	defer lost(nil)
	err := w.chores(ctx)
	log := w.log.WithFields(fields(w.o))
	switch {
	case err == nil:
		log.WithField("state", w.o.State).Info("window is through")
	case errors.Is(err, store.ErrLost) || errors.Is(context.Cause(ctx), store.ErrLost):
		log.WithError(store.ErrLost).Warn("window is left to another scheduler")
	default:
		w.leave(ctx)
	}
}

// beat gives signs of life until ctx ends, and ends the work when it is somebody
// else's.
func (w *work) beat(ctx context.Context, o store.Occurrence, lost context.CancelCauseFunc) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := w.store.Renew(ctx, o)
		switch {
		case errors.Is(err, store.ErrLost):
			lost(err)
			return
		case err != nil && ctx.Err() == nil:
			w.log.WithFields(fields(o)).WithError(err).Warn("cannot say that the window is being worked in")
		}
	}
}

// leave gives an occurrence back when this scheduler ends, so that the next one need
// not wait until its owner seems dead.
func (w *work) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
	defer cancel()
	if err := w.store.Release(ctx, w.o); err != nil && !errors.Is(err, store.ErrLost) {
		w.log.WithFields(fields(w.o)).WithError(err).Warn("cannot leave the window to the next start")
	}
}

// chores does what is left to do, and settles the occurrence. Its error is that ctx
// has ended or that the occurrence was lost.
func (w *work) chores(ctx context.Context) error {
	for _, chore := range w.o.Does[min(len(w.o.Done), len(w.o.Does)):] {
		began := w.now()
		done, err := w.do(ctx, chore)
		if err != nil {
			return err
		}
		done.Chore = chore
		if done.Acted {
			done.Took = max(w.now().Sub(began), 0)
		}
		w.o.Done = append(w.o.Done, done)
		if err := w.save(ctx, store.Untold); err != nil {
			return err
		}
		w.log.WithFields(fields(w.o)).WithField("chore", chore).WithField("level", done.Level).Info(done.Fact)
	}
	w.o.State, w.o.Ended = outcome(w.o.Done), w.now()
	telling := store.Told
	if w.o.State != ops.Used {
		w.o.Reason = because(w.o)
	}
	if w.o.State == ops.BrokeDown && !toldByRun(w.o) {
		telling = store.Untold
	}
	return w.save(ctx, telling)
}

// save records how far the occurrence is, also when ctx has just ended, and again
// while the database is in trouble: what was done must not be forgotten.
func (w *work) save(ctx context.Context, telling store.Telling) error {
	for {
		err := w.saveOnce(ctx, telling)
		if err == nil || errors.Is(err, store.ErrLost) {
			return err
		}
		w.log.WithFields(fields(w.o)).WithError(err).Warn("cannot record how far the window is; trying again")
		if err := pause(ctx, retryEvery); err != nil {
			return err
		}
	}
}

func (w *work) saveOnce(ctx context.Context, telling store.Telling) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
	defer cancel()
	return w.store.Save(ctx, w.o, telling)
}

// isOpen reports whether something may still begin in the occurrence.
func (w *work) isOpen() bool { return w.now().Before(w.o.Closes) }

// pause waits; its error is why ctx has ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait in a window: %w", context.Cause(ctx))
	case <-timer.C:
		return nil
	}
}
