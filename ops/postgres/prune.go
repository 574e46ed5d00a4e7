package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// Prune removes the backups that are older than the retention, and what dead
// attempts left. It keeps the newest verified ones whatever their age.
func (s *Server) Prune(_ context.Context, now time.Time) ([]ops.Backup, error) {
	return s.prune(now, "")
}

// prune spares the backup in the file called spared too.
func (s *Server) prune(now time.Time, spared string) ([]ops.Backup, error) {
	c := s.catalogue()
	if _, err := os.Stat(c.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	old, err := s.old(now, spared)
	if err != nil {
		return nil, fmt.Errorf("prune backups: %w", err)
	}
	var removed []ops.Backup
	for _, b := range old {
		if err := c.remove(b); err != nil {
			return removed, fmt.Errorf("prune backups: %w", err)
		}
		s.opts.Log.WithFields(logrus.Fields{"backup": b.File, "age": now.Sub(b.At).Round(time.Hour)}).Info("old backup removed")
		removed = append(removed, b)
	}
	if err := c.sweep(); err != nil {
		return removed, fmt.Errorf("prune backups: %w", err)
	}
	return removed, nil
}

func (s *Server) old(now time.Time, spared string) ([]ops.Backup, error) {
	list, err := s.catalogue().list()
	if err != nil {
		return nil, err
	}
	backups := make([]ops.Backup, 0, len(list))
	for _, m := range list {
		backups = append(backups, m.Backup)
	}
	return expired(backups, now, s.opts.KeepFor, s.opts.KeepLast, spared), nil
}

// expired chooses from backups, newest first, those that the retention lets go.
// While none is verified the newest stays too: it may be the only good one.
func expired(backups []ops.Backup, now time.Time, keepFor time.Duration, keepLast int, spared string) []ops.Backup {
	var old []ops.Backup
	verified := 0
	hope := newestVerified(backups) == nil
	for i, b := range backups {
		good := !b.VerifiedAt.IsZero()
		if good {
			verified++
		}
		switch {
		case b.File == spared, now.Sub(b.At) < keepFor, good && verified <= keepLast, hope && i == 0:
		default:
			old = append(old, b)
		}
	}
	return old
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
