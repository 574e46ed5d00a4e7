package ops

import (
	"context"
	"errors"
	"time"
)

// Retained is one thing that retention decides about.
type Retained struct {
	// Name is that of a backup's file, or of a database that a run left beside the live one.
	Name string    `json:"name"`
	At   time.Time `json:"at,omitzero"`
	// Bytes is zero where it was not looked at.
	Bytes int64 `json:"bytes,omitempty"`
	// Goes is whether it is removed, and Why says why, or why it stays.
	Goes bool   `json:"goes"`
	Why  string `json:"why"`
}

// Retention is what retention says of everything that backups and runs left.
type Retention struct {
	Items []Retained `json:"items"`
	// Done tells what was removed; empty when nothing was, or when it was only asked.
	Done string `json:"done,omitempty"`
}

// Retention tells what a Prune would remove now, and why. It changes nothing.
func (o *Operator) Retention(ctx context.Context, environment string) (Retention, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Retention{}, err
	}
	spared, err := o.spared(ctx, env)
	if err != nil {
		return Retention{}, err
	}
	return o.retention(ctx, env, spared)
}

// Prune removes what has outlived its time, but nothing of a run that has not ended,
// under the environment's lease.
func (o *Operator) Prune(ctx context.Context, environment string, by Actor) (Retention, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Retention{}, err
	}
	if err := o.mayRequest(ctx, env, by); err != nil {
		return Retention{}, err
	}
	var kept Retention
	err = o.underLease(ctx, env, func(ctx context.Context) error {
		spared, err := o.spared(ctx, env)
		if err != nil {
			return err
		}
		if kept, err = o.retention(ctx, env, spared); err != nil {
			return err
		}
		kept.Done, err = env.Backups.Prune(ctx, time.Now(), spared...)
		return err
	})
	o.tell("prune", environment, by, kept.Done, err)
	return kept, err
}

func (o *Operator) retention(ctx context.Context, env Environment, spared []string) (Retention, error) {
	items, err := env.Backups.Retention(ctx, time.Now(), spared...)
	return Retention{Items: items}, err
}

// spared are the runs that have not ended, for what they left is still needed, and the
// backups that they go back to.
func (o *Operator) spared(ctx context.Context, env Environment) ([]string, error) {
	open, err := o.openRuns(ctx, env.Name)
	if err != nil {
		return nil, errors.Join(errors.New("cannot see which backups are still needed, so none is removed"), err)
	}
	var ids []string
	for _, run := range open {
		ids = append(ids, run.ID)
		if back := run.Request.Rollback; back != nil {
			ids = append(ids, back.Run) // whose snapshot or backup it goes back to
			if back.Backup != "" {
				ids = append(ids, back.Backup) // which may be of no run
			}
		}
	}
	return ids, nil
}
