package store

import (
	"encoding/json"
	"fmt"

	"github.com/keeptrusts/ktops/internal/tables"
	"github.com/keeptrusts/ktops/ops"
)

// Occurrence is one opening of a window as it is kept.
type Occurrence struct {
	ops.Occurrence
	// Does are the window's chores when it opened: a crash in the middle goes on with
	// those, also when the configuration has others by then.
	Does []ops.Chore
	// Done is what became of the chores so far.
	Done []Done
	// Owner is who works in it; empty when nobody does.
	Owner string
	// Beat counts the owner's signs of life. Who sees the same count for long knows
	// that the owner is gone, whatever any clock says.
	Beat int64
}

// Done is what became of one chore.
type Done struct {
	ops.ChoreResult
	// Acted is set when the chore did something, well or not.
	Acted bool `json:"acted,omitempty"`
}

func scan(row tables.Row) (Occurrence, error) {
	var o Occurrence
	var does, chores string
	var opens, closes, began, ended int64
	err := row.Scan(&o.Environment, &o.Window, &o.Key, &o.Zone, &opens, &closes, &o.State, &does, &chores,
		&o.Run, &o.Reason, &o.By.ID, &o.By.Name, &o.Owner, &o.Beat, &began, &ended)
	if err != nil {
		return o, err
	}
	o.Opens, o.Closes, o.Began, o.Ended = tables.Moment(opens), tables.Moment(closes), tables.Moment(began), tables.Moment(ended)
	if err := json.Unmarshal([]byte(does), &o.Does); err != nil {
		return o, fmt.Errorf("read the chores of %s %s: %w", o.Window, o.Key, err)
	}
	if err := json.Unmarshal([]byte(chores), &o.Done); err != nil {
		return o, fmt.Errorf("read what was done in %s %s: %w", o.Window, o.Key, err)
	}
	for _, d := range o.Done {
		o.Chores = append(o.Chores, d.ChoreResult)
	}
	return o, nil
}

func pack(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write an occurrence: %w", err)
	}
	return string(raw), nil
}
