package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// defaultLimit is how many runs are listed when the query does not say.
const defaultLimit = 50

// Events lists a run's events after one of its numbers; see ops.Journal.
func (j *Journal) Events(ctx context.Context, run string, after int) ([]ops.Event, error) {
	events, err := readEvents(j.db.QueryContext(ctx, j.queries["events"], run, after))
	if err != nil {
		return nil, fmt.Errorf("events of run %s: %w", run, j.explain(err))
	}
	if len(events) > 0 {
		return events, nil
	}
	var environment string
	err = j.db.QueryRowContext(ctx, j.queries["run_environment"], run).Scan(&environment)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("events of run %s: %w", run, ops.ErrNoRun)
	}
	if err != nil {
		return nil, fmt.Errorf("events of run %s: %w", run, j.explain(err))
	}
	return nil, nil
}

// readEvents decodes the rows of the query for events.
func readEvents(rows *sql.Rows, err error) ([]ops.Event, error) {
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close()
	var events []ops.Event
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		var e ops.Event
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, fmt.Errorf("decode an event: %w", err)
		}
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}

// Runs lists the IDs of runs, newest first; see ops.Journal.
func (j *Journal) Runs(ctx context.Context, q ops.RunQuery) ([]string, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	ids, err := readIDs(j.db.QueryContext(ctx, j.queries["list_runs"], q.Environment, q.OpenOnly, q.Limit))
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", j.explain(err))
	}
	return ids, nil
}

func readIDs(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
