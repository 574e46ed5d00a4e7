package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// Prune removes what has outlived its time: backups, but never the newest verified
// ones, copies of the database that runs left beside it, and what dead attempts left.
// What is spared stays: backups by name, and what belongs to a run. It tells what was removed, also when it fails.
func (s *Server) Prune(ctx context.Context, now time.Time, spared ...string) (string, error) {
	backups, files := s.pruneFiles(ctx, now, spared)
	dropped, databases := s.pruneDatabases(ctx, now, spared)
	taken, snapshots := plugin{s}.prune(ctx, now, spared)
	return prunedText(backups, append(dropped, taken...)), errors.Join(files, databases, snapshots)
}

// prunedText tells what was removed; empty when nothing was.
func prunedText(backups []ops.Backup, dropped []string) string {
	var parts []string
	if len(backups) > 0 {
		var bytes int64
		for _, b := range backups {
			bytes += b.Bytes
		}
		parts = append(parts, fmt.Sprintf("%s removed, %s", plural(int64(len(backups)), "backup"), bytesText(bytes)))
	}
	if len(dropped) > 0 {
		parts = append(parts, "dropped "+strings.Join(dropped, ", "))
	}
	return strings.Join(parts, "; ")
}

func (s *Server) pruneFiles(ctx context.Context, now time.Time, spared []string) ([]ops.Backup, error) {
	c := s.catalogue()
	if _, err := os.Stat(c.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	judged, err := s.judge(ctx, now, spared)
	if err != nil {
		return nil, fmt.Errorf("prune backups: %w", err)
	}
	var removed []ops.Backup
	for _, b := range judged {
		if !b.goes {
			continue
		}
		if err := c.remove(b.Backup); err != nil {
			return removed, fmt.Errorf("prune backups: %w", err)
		}
		s.opts.Log.WithFields(logrus.Fields{"backup": b.File, "age": now.Sub(b.At).Round(time.Hour)}).Info("old backup removed")
		removed = append(removed, b.Backup)
	}
	if err := c.sweep(); err != nil {
		return removed, fmt.Errorf("prune backups: %w", err)
	}
	return removed, nil
}

// remove removes the dump first: a manifest without dump is known as the leaving of
// a removal, a dump without manifest would be nobody's.
func (c catalogue) remove(b ops.Backup) error {
	name, err := c.name(b.File)
	if err != nil {
		return err
	}
	if err := os.Remove(c.dump(name)); err != nil {
		return err
	}
	if err := os.Remove(c.manifest(name)); err != nil {
		return err
	}
	return syncDir(c.dir)
}
