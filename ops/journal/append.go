package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Append stores one event; see ops.Journal. A refused event leaves nothing.
func (j *Journal) Append(ctx context.Context, e ops.Event) error {
	if err := whole(e); err != nil {
		return fmt.Errorf("append %s to run %s: %w", e.Kind, e.Run, err)
	}
	e.At = e.At.UTC()
	err := j.write(ctx, func(tx *sql.Tx) error {
		environment, events, err := j.begin(ctx, tx, e)
		if err != nil {
			return err
		}
		if err := j.fence(ctx, tx, environment, e.Token); err != nil {
			return err
		}
		return j.insert(ctx, tx, append(events, e))
	})
	if err != nil {
		return fmt.Errorf("append %s to run %s: %w", e.Kind, e.Run, err)
	}
	return nil
}

// whole refuses an event that no run could be folded from.
func whole(e ops.Event) error {
	switch {
	case e.Run == "" || e.Kind == "" || e.At.IsZero():
		return errors.New("the event needs a run, a kind and a time")
	case e.Kind == ops.RunProposed && (e.Request == nil || e.Plan == nil):
		return errors.New("the event needs the request and the plan")
	case e.Kind == ops.RunApproval && e.Approval == nil:
		return errors.New("the event needs the approval")
	}
	return nil
}

// begin finds the run's environment and the events before e, and refuses one
// that does not follow.
func (j *Journal) begin(ctx context.Context, tx *sql.Tx, e ops.Event) (string, []ops.Event, error) {
	events, err := readEvents(tx.QueryContext(ctx, j.queries["events"], e.Run, 0))
	if err != nil {
		return "", nil, err
	}
	switch {
	case len(events) == 0 && e.Kind != ops.RunProposed:
		return "", nil, ops.ErrNoRun
	case e.Seq != len(events)+1 || (len(events) > 0 && e.Kind == ops.RunProposed):
		return "", nil, fmt.Errorf("event %d after %d: %w", e.Seq, len(events), ops.ErrConflict)
	case len(events) > 0:
		return events[0].Request.Environment, events, j.exclude(ctx, tx, events, e)
	}
	return e.Request.Environment, nil, j.exclude(ctx, tx, nil, e)
}

// exclude refuses an event by which a run would become exclusive while another of
// its environment is.
func (j *Journal) exclude(ctx context.Context, tx *sql.Tx, events []ops.Event, e ops.Event) error {
	run := ops.Fold(append(slices.Clone(events), e))
	if !run.Exclusive() || ops.Fold(events).Exclusive() {
		return nil
	}
	var other string
	err := tx.QueryRowContext(ctx, j.queries["exclusive_run"], run.Request.Environment).Scan(&other)
	if err == nil {
		return fmt.Errorf("%w (%s)", ops.ErrBusy, other)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("look for another run: %w", err)
	}
	return nil
}

// fence refuses a runner whose lease was taken over, broken or given back.
func (j *Journal) fence(ctx context.Context, tx *sql.Tx, environment string, token int64) error {
	if token == 0 {
		return nil
	}
	lease, err := j.lease(ctx, tx, environment)
	if err != nil {
		return err
	}
	if lease.Owner == "" || lease.Token != token {
		return ops.ErrFenced
	}
	return nil
}

// insert writes the last event and what the run has become by it.
func (j *Journal) insert(ctx context.Context, tx *sql.Tx, events []ops.Event) error {
	e := events[len(events)-1]
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode the event: %w", err)
	}
	run := ops.Fold(events)
	if e.Seq == 1 {
		_, err = tx.ExecContext(ctx, j.queries["insert_run"], run.ID, run.Request.Environment,
			run.State, run.State.Open(), run.Exclusive(), stamp(e.At))
	} else {
		_, err = tx.ExecContext(ctx, j.queries["update_run"], run.State, run.State.Open(), run.Exclusive(), run.ID)
	}
	if err != nil {
		return fmt.Errorf("write the run: %w", err)
	}
	_, err = tx.ExecContext(ctx, j.queries["insert_event"], e.Run, e.Seq, e.Kind, stamp(e.At), e.Actor.ID, e.Token, string(data))
	if err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	return nil
}

// stamp is a time as it is stored: in UTC and as RFC 3339, always of the same
// length so that it sorts as text.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") }
