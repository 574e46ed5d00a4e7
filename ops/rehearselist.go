package ops

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Rehearsals lists what the environment's rehearsals have shown, newest first.
func (o *Operator) Rehearsals(ctx context.Context, environment string) ([]Rehearsal, error) {
	if _, err := o.environment(environment); err != nil {
		return nil, err
	}
	var found []Rehearsal
	err := o.eachRehearsal(ctx, environment, func(r Rehearsal) bool {
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
	oldest := time.Now().Add(-env.Rules.rehearsalAge())
	var last *Rehearsal
	err := o.eachRehearsal(ctx, env.Name, func(r Rehearsal) bool {
		if r.Target == target {
			last = &r
		}
		return last == nil && r.At.After(oldest)
	})
	return last, err
}

// eachRehearsal visits the rehearsals in the journal, newest first, until visit has
// seen enough.
func (o *Operator) eachRehearsal(ctx context.Context, environment string, visit func(Rehearsal) bool) error {
	ids, err := o.journal.Runs(ctx, RunQuery{Environment: environment})
	if err != nil {
		return fmt.Errorf("list runs: %w", err)
	}
	for _, id := range ids {
		run, err := o.Run(ctx, id)
		var gone *Refusal
		if errors.As(err, &gone) {
			continue
		}
		if err != nil {
			return err
		}
		if r := run.Rehearsal(); r != nil && !visit(*r) {
			return nil
		}
	}
	return nil
}
