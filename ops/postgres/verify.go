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

// Verify reads a backup back from the disk to its last byte and writes the result
// into its manifest. A backup that fails is not called verified any more. file is
// a name, a file name or a path in the backup directory.
func (s *Server) Verify(ctx context.Context, file string, report func(ops.Progress)) (ops.Backup, error) {
	c := s.catalogue()
	name, err := c.name(file)
	if err != nil {
		return ops.Backup{}, fmt.Errorf("verify backup: %w", err)
	}
	m, err := s.verify(ctx, c, name, report)
	if err != nil {
		return ops.Backup{}, fmt.Errorf("verify backup %s: %w", name, err)
	}
	s.opts.Log.WithFields(logrus.Fields{
		"backup": name, "tables": m.Entries, "took": m.VerifyTook.Round(time.Millisecond),
	}).Info("backup read back")
	report(ops.Progress{Fraction: 1})
	return m.Backup, nil
}

func (s *Server) verify(ctx context.Context, c catalogue, name string, report func(ops.Progress)) (manifest, error) {
	m, err := c.read(name)
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNoManifest) {
		return m, fmt.Errorf("there is no %s", c.dump(name))
	}
	if err != nil {
		return m, err
	}
	if m.Database != s.opts.Name {
		return m, fmt.Errorf("its manifest says that it is of database %s, not of %s", m.Database, s.opts.Name)
	}
	began := time.Now().UTC()
	m.Modified, err = modified(m.File)
	if err != nil {
		return m, err
	}
	note := func() string { return "reading back" }
	entries, err := s.readBack(ctx, m, progressOf(max(m.RawBytes, 1), note, report))
	if err != nil {
		return m, errors.Join(err, s.disown(ctx, c, name, m))
	}
	m.VerifiedAt, m.VerifyTook, m.Entries = time.Now().UTC(), time.Since(began), entries
	if now, err := modified(m.File); err != nil || !now.Equal(m.Modified) {
		return m, errors.Join(errors.New("it was changed while it was read"), err)
	}
	return m, c.write(name, m)
}

// disown takes back an earlier verification of a backup that now failed. A
// reading that was only stopped says nothing about the backup.
func (s *Server) disown(ctx context.Context, c catalogue, name string, m manifest) error {
	select {
	case <-ctx.Done():
		return nil
	default:
	}
	if m.VerifiedAt.IsZero() {
		return nil
	}
	m.VerifiedAt, m.Modified = time.Time{}, time.Time{}
	return c.write(name, m)
}

func modified(file string) (time.Time, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime().UTC(), nil
}
