package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

type pruneBackups struct{ server *Server }

// Done is never known beforehand: Do also removes what dead attempts left, and
// finds by itself that there is nothing.
func (h pruneBackups) Done(context.Context, ops.Task) (bool, ops.Result, error) {
	return false, ops.Result{}, nil
}

// Do spares the backup and the snapshot of its run, which a rollback needs. What
// cannot be removed is said, and is no failure: old files are no reason to put back
// what works.
func (h pruneBackups) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	now := time.Now()
	notes := []string{h.files(task.Run, now), h.databases(ctx, task.Run, now)}
	if note := strings.Trim(strings.Join(notes, "; "), "; "); note != "" {
		return ops.Result{Note: note}, nil
	}
	return ops.Result{Note: "nothing to remove"}, nil
}

// files removes old backups and says so.
func (h pruneBackups) files(run ops.Run, now time.Time) string {
	removed, err := h.server.prune(now, h.server.catalogue().dump(backupOf(run)))
	if err != nil {
		h.server.opts.Log.WithError(err).Warn("cannot remove old backups")
		return fmt.Sprintf("%d removed, then: %v", len(removed), err)
	}
	var bytes int64
	for _, b := range removed {
		bytes += b.Bytes
	}
	if len(removed) == 0 {
		return ""
	}
	return fmt.Sprintf("%d removed, %s", len(removed), bytesText(bytes))
}

// databases drops old snapshots and says so.
func (h pruneBackups) databases(ctx context.Context, run ops.Run, now time.Time) string {
	dropped, err := h.server.PruneSnapshots(ctx, now, run.ID)
	text := ""
	if len(dropped) > 0 {
		text = "dropped " + strings.Join(dropped, ", ")
	}
	if err != nil {
		h.server.opts.Log.WithError(err).Warn("cannot drop old snapshots")
		return strings.TrimPrefix(text+"; "+err.Error(), "; ")
	}
	return text
}
