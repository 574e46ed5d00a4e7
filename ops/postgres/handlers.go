package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// Handlers performs the steps of a run that concern the database.
func (s *Server) Handlers() ops.Handlers {
	handlers := ops.Handlers{
		ops.TakeBackup:   takeBackup{s},
		ops.VerifyBackup: verifyBackup{s},
		ops.Prune:        prune{s},
		ops.Snapshot:     snapshot{s},
		ops.NotePosition: notePosition{s},
		ops.Swap:         swapIn{s},
		ops.Restore:      restore{s},
	}
	if p := (plugin{s}); s.plugged() {
		handlers[ops.Snapshot], handlers[ops.Swap] = pluggedSnapshot{p}, pluggedSwap{p, swapIn{s}}
	}
	return handlers
}

// backupOf names a run's backup, so that a resumed run finds what it took.
func backupOf(run string) string { return "run-" + run }

// ofRun is the manifest of the run's backup; false when there is none yet.
func (s *Server) ofRun(run ops.Run) (manifest, bool, error) {
	if err := checkName(backupOf(run.ID)); err != nil {
		return manifest{}, false, err
	}
	m, err := s.catalogue().read(backupOf(run.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, false, nil
	}
	return m, err == nil, err
}

type takeBackup struct{ server *Server }

// Done finds the run's backup whole: a dump has its name only once it is.
func (h takeBackup) Done(_ context.Context, task ops.Task) (bool, ops.Result, error) {
	m, found, err := h.server.ofRun(task.Run)
	if err != nil || !found {
		return false, ops.Result{}, err
	}
	return true, taken(m.Backup), nil
}

func (h takeBackup) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	platform := task.Run.Plan.From.String()
	if task.Run.Plan.From.IsZero() {
		platform = h.server.opts.PlatformVersion(ctx)
	}
	backup, err := h.server.backup(ctx, backupOf(task.Run.ID), platform, task.Report)
	if err != nil {
		return ops.Result{}, err
	}
	return taken(backup), nil
}

func taken(b ops.Backup) ops.Result {
	return ops.Result{Backup: &b, Note: fmt.Sprintf("%s, %s uncompressed, in %s",
		bytesText(b.Bytes), bytesText(b.RawBytes), b.Took.Round(100*time.Millisecond))}
}

type verifyBackup struct{ server *Server }

// Done believes a verification as long as the file is the one that was read.
func (h verifyBackup) Done(_ context.Context, task ops.Task) (bool, ops.Result, error) {
	m, found, err := h.server.ofRun(task.Run)
	if err != nil || !found || m.VerifiedAt.IsZero() {
		return false, ops.Result{}, err
	}
	if b := task.Run.Backup(); b != nil && b.SHA256 != m.SHA256 {
		return false, ops.Result{}, nil // not the one that this run took
	}
	return true, readBack(m.Backup), nil
}

func (h verifyBackup) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	backup, err := h.server.Verify(ctx, backupOf(task.Run.ID), task.Report)
	if err != nil {
		return ops.Result{}, err
	}
	if b := task.Run.Backup(); b != nil && b.SHA256 != backup.SHA256 {
		return ops.Result{}, fmt.Errorf("%s is not the backup that this run took: its SHA-256 is another", backup.File)
	}
	return readBack(backup), nil
}

func readBack(b ops.Backup) ops.Result {
	return ops.Result{Backup: &b, Note: fmt.Sprintf("%d tables read back in %s", b.Entries, b.VerifyTook.Round(100*time.Millisecond))}
}

func bytesText(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }
