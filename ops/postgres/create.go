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

// Create takes a backup called name. Until it is complete and on the disk nothing
// has that name; when Create fails, or its process does, nothing gets it.
func (s *Server) Create(ctx context.Context, name string, report func(ops.Progress)) (ops.Backup, error) {
	return s.backup(ctx, name, s.opts.PlatformVersion(ctx), report)
}

// backup is Create with the version of Keeptrusts that runs.
func (s *Server) backup(ctx context.Context, name, platform string, report func(ops.Progress)) (ops.Backup, error) {
	backup, err := s.create(ctx, name, platform, report)
	if err != nil {
		return ops.Backup{}, fmt.Errorf("back up database %s: %w", s.opts.Name, err)
	}
	s.opts.Log.WithFields(logrus.Fields{
		"backup": name, "bytes": backup.Bytes, "raw_bytes": backup.RawBytes, "took": backup.Took.Round(time.Millisecond),
	}).Info("backup taken")
	return backup, nil
}

func (s *Server) create(ctx context.Context, name, platform string, report func(ops.Progress)) (ops.Backup, error) {
	began := time.Now().UTC()
	c := s.catalogue()
	if err := s.ready(name); err != nil {
		return ops.Backup{}, err
	}
	p, err := newPartial(c.dump(name))
	if err != nil {
		return ops.Backup{}, err
	}
	backup, err := s.fill(ctx, p, name, report)
	if err == nil {
		backup.At, backup.Platform, backup.Took = began, platform, time.Since(began)
		err = s.commit(p, name, backup)
	}
	if err := errors.Join(err, p.discard()); err != nil {
		return ops.Backup{}, err
	}
	report(ops.Progress{Fraction: 1})
	return backup, nil
}

// ready makes the folder and room in it, and refuses a name that is taken.
func (s *Server) ready(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := os.MkdirAll(s.opts.BackupDir, 0o700); err != nil {
		return err
	}
	c := s.catalogue()
	if err := c.sweep(); err != nil {
		return err
	}
	if _, err := os.Lstat(c.dump(name)); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: choose another name", c.dump(name))
	}
	return nil
}

// commit writes the manifest before the dump gets its name, so that there is never
// a dump of that name about which nothing is known.
func (s *Server) commit(p *partial, name string, backup ops.Backup) error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := s.catalogue().write(name, manifest{Backup: backup}); err != nil {
		return err
	}
	return p.commit()
}
