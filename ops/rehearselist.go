package ops

import (
	"context"
	"fmt"
	"time"
)

// Rehearsals lists what the environment's rehearsals have shown, newest first.
func (o *Operator) Rehearsals(ctx context.Context, environment string) ([]Rehearsal, error) {
	if _, err := o.environment(environment); err != nil {
		return nil, err
	}
	var found []Rehearsal
	err := o.eachRehearsal(ctx, environment, time.Time{}, func(r Rehearsal) bool {
		found = append(found, r)
		return true
	})
	return found, err
}

// lastRehearsal is the newest one of a target that may still count; nil when there is none.
func (o *Operator) lastRehearsal(ctx context.Context, env Environment, target Version) (*Rehearsal, error) {
	if env.Scratch == nil || target.IsZero() {
		return nil, nil
	}
	var last *Rehearsal
	err := o.eachRehearsal(ctx, env.Name, time.Now().Add(-env.Rules.rehearsalAge()), func(r Rehearsal) bool {
		if r.Target == target {
			last = &r
		}
		return last == nil
	})
	return last, err
}

// eachRehearsal visits the rehearsals asked for since then, newest first, until visit
// has seen enough.
func (o *Operator) eachRehearsal(ctx context.Context, environment string, since time.Time, visit func(Rehearsal) bool) error {
	ids, err := o.journal.Runs(ctx, RunQuery{Environment: environment})
	if err != nil {
		return fmt.Errorf("list runs: %w", err)
	}
	for _, id := range ids {
		run, err := o.Run(ctx, id)
		if err != nil {
			return err
		}
		if run.ProposedAt.Before(since) {
			return nil
		}
		if r := run.Rehearsal(); r != nil && !visit(*r) {
			return nil
		}
	}
	return nil
}
