package postgres

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

type prune struct{ server *Server }

// Done is never known beforehand: Do also removes what dead attempts left, and
// finds by itself that there is nothing.
func (h prune) Done(context.Context, ops.Task) (bool, ops.Result, error) {
	return false, ops.Result{}, nil
}

// Do spares what its run made, which a rollback needs. What cannot be removed is
// said, and is no failure: leftovers are no reason to put back what works.
func (h prune) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	note, err := h.server.Prune(ctx, time.Now(), task.Run.ID)
	if err != nil {
		h.server.opts.Log.WithError(err).Warn("cannot remove what is old")
		note = strings.TrimPrefix(note+"; then: "+err.Error(), "; then: ")
	}
	return ops.Result{Note: cmp.Or(note, "nothing to remove")}, nil
}
