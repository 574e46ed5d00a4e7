package ops

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// Verify runs the post-upgrade checks now (guide: Post-Upgrade Verification).
func (o *Operator) Verify(ctx context.Context, environment string) (Report, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Report{}, err
	}
	report, err := env.Verifier.Verify(ctx, Version{})
	if err != nil {
		return Report{}, fmt.Errorf("verify %s: %w", environment, err)
	}
	return report, nil
}

// Backup takes a backup now, reads it back, and then removes those that have outlived
// their time, under the environment's lease.
func (o *Operator) Backup(ctx context.Context, environment string, by Actor, report func(Progress)) (Backup, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Backup{}, err
	}
	if err := o.mayRequest(ctx, env, by); err != nil {
		return Backup{}, err
	}
	var backup Backup
	err = o.underLease(ctx, env, func(ctx context.Context) error {
		taken, err := env.Backups.Create(ctx, backupName(by, time.Now()), halves(report, 0))
		if err != nil {
			return err
		}
		if backup, err = env.Backups.Verify(ctx, taken.File, halves(report, 0.5)); err != nil {
			return err
		}
		o.prune(ctx, env)
		return nil
	})
	o.tell("backup", environment, by, backup.File, err)
	return backup, err
}

// backupName tells what a person took from what a window did.
func backupName(by Actor, now time.Time) string {
	origin := "manual-"
	if by == Ktops() {
		origin = "window-"
	}
	return origin + now.UTC().Format("20060102-150405")
}

// prune removes what has outlived its time, but nothing of a run that has not ended.
// A new backup is good whether or not the old ones could be removed.
func (o *Operator) prune(ctx context.Context, env Environment) {
	log := o.log.WithField("environment", env.Name)
	spared, err := o.spared(ctx, env)
	if err != nil {
		log.WithError(err).Warn("nothing old is removed")
		return
	}
	removed, err := env.Backups.Prune(ctx, time.Now(), spared...)
	if err != nil {
		log.WithError(err).Warn("cannot remove what is old")
	}
	if removed != "" {
		log.Info(removed)
	}
}

// tell logs who had something done beside runs, of which the journal knows.
func (o *Operator) tell(what, environment string, by Actor, file string, err error) {
	log := o.log.WithFields(logrus.Fields{"environment": environment, "by": by.ID, "backup": file})
	if err != nil {
		log.WithError(err).Warn(what + " failed")
		return
	}
	log.Info(what + " done")
}

// underLease does something while the environment is locked; it ends when the
// lock is lost.
func (o *Operator) underLease(ctx context.Context, env Environment, do func(ctx context.Context) error) error {
	lease, err := o.acquire(ctx, env.Name)
	if errors.Is(err, ErrHeld) {
		busy := o.refuseBusy(ctx, env)
		if busy == nil {
			busy = Refuse(fmt.Sprintf("%s is locked by %s", env.Name, lease.Owner), "status", "unlock")
		}
		var refusal *Refusal
		if errors.As(busy, &refusal) {
			refusal.Cause = ErrHeld
		}
		return busy
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", env.Name, err)
	}
	defer o.release(ctx, lease)
	ctx, lost := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { o.renew(ctx, lease, lost) })
	defer renewing.Wait()
	defer lost(nil)
	return do(ctx)
}

// halves makes one progress of two, each half the whole.
func halves(report func(Progress), from float64) func(Progress) {
	return func(p Progress) {
		if p.Fraction >= 0 {
			p.Fraction = from + p.Fraction/2
		}
		report(p)
	}
}

// VerifyBackup reads a backup back.
func (o *Operator) VerifyBackup(ctx context.Context, environment, file string, report func(Progress)) (Backup, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Backup{}, err
	}
	return env.Backups.Verify(ctx, file, report)
}

// Backups lists the environment's backups, newest first.
func (o *Operator) Backups(ctx context.Context, environment string) ([]Backup, error) {
	env, err := o.environment(environment)
	if err != nil {
		return nil, err
	}
	return env.Backups.List(ctx)
}

// Status is how an environment is now. What cannot be seen is told as a finding.
func (o *Operator) Status(ctx context.Context, environment string) (Status, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Status{}, err
	}
	status := Status{Environment: environment, At: time.Now().UTC()}
	unseen := func(what string, err error) {
		status.Findings = append(status.Findings, Finding{Check: what, Level: Fail, Fact: err.Error()})
	}
	if status.Platform, err = env.Platform.Observe(ctx, Version{}); err != nil {
		unseen("platform", err)
	}
	status.App = env.App.ObserveApp(ctx)
	status.Findings = append(status.Findings, status.App.Notes...)
	if db, err := env.Database.ObserveDatabase(ctx); err != nil {
		unseen("database", err)
	} else {
		status.Database = &db
	}
	if status.Edge, err = lookAtEdge(ctx, env); err != nil {
		unseen("edge", err)
	}
	if status.Scheduled, err = o.Scheduled(ctx, environment); err != nil {
		return status, err
	}
	return o.statusOfRuns(ctx, status)
}

func (o *Operator) statusOfRuns(ctx context.Context, status Status) (Status, error) {
	if _, err := o.openRuns(ctx, status.Environment); err != nil { // ends proposals that expired
		return status, err
	}
	runs, err := o.runs(ctx, RunQuery{Environment: status.Environment, Limit: 20})
	if err != nil {
		return status, err
	}
	for _, run := range runs {
		if run.Exclusive() && status.Open == nil {
			status.Open = &run
		}
		if !run.State.Open() && status.Last == nil {
			status.Last = &run
		}
	}
	if status.Lease, err = o.leases.Holder(ctx, status.Environment); err != nil {
		return status, fmt.Errorf("read the lease of %s: %w", status.Environment, err)
	}
	return status, nil
}
