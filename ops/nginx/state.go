package nginx

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// state is why the edge is closed; nil when it is open. A file that cannot be read
// as one keeps callers out all the same: then the edge is closed by nobody.
func (e *Edge) state(ctx context.Context) (*ops.Closure, error) {
	text, closed, err := e.read(ctx, stateFile)
	if err != nil || !closed {
		return nil, err
	}
	var c ops.Closure
	if err := json.Unmarshal(text, &c); err != nil {
		e.options.Log.WithError(err).Warn("cannot read " + stateFile + ", which keeps the edge closed")
		return &ops.Closure{Environment: e.options.Environment, Doing: "unknown: " + stateFile + " was damaged"}, nil
	}
	if c.Environment != e.options.Environment && e.options.Environment != "" {
		return nil, fmt.Errorf("the edge's folder %s is that of environment %s, which closed it; give %s another one",
			e.options.Directory, c.Environment, e.options.Environment)
	}
	return &c, nil
}

func (e *Edge) writeState(ctx context.Context, c ops.Closure) error {
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write what the edge is told: %w", err)
	}
	return e.write(ctx, stateFile, append(text, '\n'))
}

// restoreState is how a closing that failed ends; an edge that was open is open
// with this, whatever nginx has loaded.
func (e *Edge) restoreState(ctx context.Context, before *ops.Closure) error {
	if before == nil {
		return e.remove(ctx, stateFile)
	}
	return e.writeState(ctx, *before)
}
