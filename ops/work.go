package ops

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// LeaseTTL is how long a lease lives without renewal: the longest that a dead
// runner's environment stays locked.
const LeaseTTL = 30 * time.Second

// lookAgain is how often the journal is looked through for work that another
// process left: runs of a dead runner, proposals that expired.
const lookAgain = 5 * time.Second

// Serve executes approved runs until ctx ends, each environment on its own, and
// first takes up those that an earlier process left. It serves the environments
// named, or all of them, also after a reload, when none is. It returns when the
// runs under way have stopped; they stay resumable.
func (o *Operator) Serve(ctx context.Context, environments ...string) error {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { o.guardEdges(ctx, func() []string { return o.served(environments) }) })
	busy := map[string]bool{}
	var resting []string // busy until the next look: their runner could not go on
	stopped := make(chan stoppedWork)
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		o.startWork(ctx, o.served(environments), busy, func(run Run, env Environment) {
			running.Go(func() {
				err := o.work(ctx, env, run)
				select {
				case stopped <- stoppedWork{env.Name, err}:
				case <-ctx.Done():
				}
			})
		})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case w := <-stopped:
			if w.err != nil {
				resting = append(resting, w.environment)
				continue
			}
			delete(busy, w.environment)
		case <-o.wake:
		case <-tick.C:
		}
		for _, name := range resting {
			delete(busy, name)
		}
		resting = nil
	}
}

// served are the environments named, or all when none is.
func (o *Operator) served(named []string) []string {
	if len(named) > 0 {
		return named
	}
	return o.Environments()
}

// stoppedWork is a runner that has stopped; err says why it could not go on, such
// as a lease that another holds.
type stoppedWork struct {
	environment string
	err         error
}

// startWork starts the open runs that want a runner, one an environment.
func (o *Operator) startWork(ctx context.Context, environments []string, busy map[string]bool, start func(Run, Environment)) {
	for _, name := range environments {
		open, err := o.openRuns(ctx, name)
		if err != nil {
			if ctx.Err() == nil {
				o.log.WithField("environment", name).WithError(err).Error("cannot look for work")
			}
			continue
		}
		for _, run := range open {
			env, err := o.environment(name)
			if err == nil && !busy[name] && wantsRunner(run) {
				busy[name] = true
				start(run, env)
			}
		}
	}
}

func wantsRunner(run Run) bool {
	return run.State == Approved || run.State == Running || (run.State == Held && run.Asked == AbortAsked)
}

// work executes one run under the environment's lease.
func (o *Operator) work(ctx context.Context, env Environment, run Run) error {
	log := o.log.WithFields(logrus.Fields{"environment": env.Name, "run": run.ID})
	lease, err := o.acquire(ctx, env.Name)
	if errors.Is(err, ErrHeld) {
		log.WithField("owner", lease.Owner).Debug("another runner has the lease")
		return err
	}
	if err != nil {
		log.WithError(err).Error("cannot take the lease")
		return err
	}
	defer o.release(ctx, lease)
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	var renewing sync.WaitGroup
	renewing.Go(func() { o.renew(ctx, lease, lost) })
	defer renewing.Wait()
	defer lost(nil)
	r := runner{operator: o, env: env, id: run.ID, token: lease.Token, log: log}
	err = r.execute(ctx)
	if err != nil && ctx.Err() == nil {
		log.WithError(err).Error("the runner stopped")
	} else if cause := context.Cause(ctx); errors.Is(cause, ErrFenced) {
		log.Warn("the lease was lost; another runner goes on")
	}
	return err
}

// acquire takes the lease of an environment, at once when its holder was a
// process of this host that is gone.
func (o *Operator) acquire(ctx context.Context, environment string) (Lease, error) {
	lease, err := o.leases.Acquire(ctx, environment, o.owner, LeaseTTL)
	if !errors.Is(err, ErrHeld) || !ownerIsDead(lease.Owner, o.owner) {
		return lease, err
	}
	o.log.WithFields(logrus.Fields{"environment": environment, "owner": lease.Owner}).Info("the lease's owner is gone; taking over")
	if _, err := o.leases.Break(ctx, environment); err != nil {
		return Lease{}, fmt.Errorf("take over the lease of %s: %w", environment, err)
	}
	return o.leases.Acquire(ctx, environment, o.owner, LeaseTTL)
}

func (o *Operator) renew(ctx context.Context, lease Lease, lost context.CancelCauseFunc) {
	tick := time.NewTicker(LeaseTTL / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// A journal that does not answer must not keep the step going past the lease.
		intime, cancel := context.WithDeadline(ctx, lease.Expires)
		renewed, err := o.leases.Renew(intime, lease, LeaseTTL)
		cancel()
		switch {
		case errors.Is(err, ErrFenced) || (err != nil && !time.Now().Before(lease.Expires)):
			lost(ErrFenced)
			return
		case err == nil:
			lease = renewed
		}
	}
}

// release gives the lease back also when ctx has ended, so that the next process
// need not wait for it to run out.
func (o *Operator) release(ctx context.Context, lease Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := o.leases.Release(ctx, lease); err != nil {
		o.log.WithField("environment", lease.Environment).WithError(err).Warn("cannot give the lease back; it runs out by itself")
	}
}
