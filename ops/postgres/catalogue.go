package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

const (
	dumpSuffix     = ".dump.zst"
	manifestSuffix = ".json"
)

// ErrNoManifest says that a dump has no manifest, so nothing is known of it.
var ErrNoManifest = errors.New("no manifest beside it")

// manifest is what is known of a dump, in the file beside it. Its File is without
// folder, so that the folder can be moved.
type manifest struct {
	ops.Backup
	// Modified is when the dump was last written as of its verification; a file
	// touched later is not verified any more.
	Modified time.Time `json:"modified,omitzero"`
}

// catalogue is the folder of one database's backups.
type catalogue struct {
	dir      string
	database string
}

func (s *Server) catalogue() catalogue { return catalogue{s.opts.BackupDir, s.opts.Name} }

func (c catalogue) dump(name string) string     { return filepath.Join(c.dir, name+dumpSuffix) }
func (c catalogue) manifest(name string) string { return filepath.Join(c.dir, name+manifestSuffix) }

var nameRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

func checkName(name string) error {
	if !nameRule.MatchString(name) {
		return fmt.Errorf("%q cannot name a backup: use letters, digits, point, dash and underscore, at most 100", name)
	}
	return nil
}

// name is the backup's name from what a person or a journal gives: the name, the
// file's name, or its path.
func (c catalogue) name(file string) (string, error) {
	if dir := filepath.Dir(file); dir != "." && filepath.Clean(dir) != filepath.Clean(c.dir) {
		return "", fmt.Errorf("%s is not in the backup directory %s", file, c.dir)
	}
	name := strings.TrimSuffix(filepath.Base(file), dumpSuffix)
	return name, checkName(name)
}

// read is the manifest of a name. os.ErrNotExist when there is no dump,
// ErrNoManifest when there is one without manifest.
func (c catalogue) read(name string) (manifest, error) {
	info, err := os.Lstat(c.dump(name))
	if err != nil {
		return manifest{}, err
	}
	m, err := c.readManifest(name)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, fmt.Errorf("%s has %w: nothing is known of it, so it cannot be verified", c.dump(name), ErrNoManifest)
	}
	if err != nil {
		return manifest{}, err
	}
	if info.Size() != m.Bytes || !info.ModTime().Equal(m.Modified) {
		m.VerifiedAt = time.Time{} // what was read back then is not this file
	}
	m.File = c.dump(name)
	return m, nil
}

func (c catalogue) readManifest(name string) (manifest, error) {
	text, err := os.ReadFile(c.manifest(name))
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return manifest{}, fmt.Errorf("read the manifest %s: %w", c.manifest(name), err)
	}
	if m.File != name+dumpSuffix || m.SHA256 == "" {
		return manifest{}, fmt.Errorf("read the manifest %s: it does not belong to %s", c.manifest(name), name+dumpSuffix)
	}
	return m, nil
}

// write puts a manifest in place of the one there is, if any, in one move.
func (c catalogue) write(name string, m manifest) error {
	m.File = name + dumpSuffix
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest of %s: %w", name, err)
	}
	p, err := newPartial(c.manifest(name))
	if err != nil {
		return fmt.Errorf("write the manifest of %s: %w", name, err)
	}
	if _, err = p.Write(append(text, '\n')); err == nil {
		err = p.commit()
	}
	if err := errors.Join(err, p.discard()); err != nil {
		return fmt.Errorf("write the manifest of %s: %w", name, err)
	}
	return nil
}

// list has the backups of our database, newest first. What is not ours or cannot
// be read is left out: it is never deleted and never called a backup.
func (c catalogue) list() ([]manifest, error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var list []manifest
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), dumpSuffix)
		if !ok || checkName(name) != nil {
			continue
		}
		if m, err := c.read(name); err == nil && m.Database == c.database {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b manifest) int {
		if byAge := b.At.Compare(a.At); byAge != 0 {
			return byAge
		}
		return strings.Compare(a.File, b.File)
	})
	return list, nil
}

// List has the backups of this database, newest first.
func (s *Server) List(context.Context) ([]ops.Backup, error) {
	list, err := s.catalogue().list()
	if err != nil {
		return nil, err
	}
	backups := make([]ops.Backup, 0, len(list))
	for _, m := range list {
		backups = append(backups, m.Backup)
	}
	return backups, nil
}

func newestVerified(backups []ops.Backup) *ops.Backup {
	for _, b := range backups {
		if !b.VerifiedAt.IsZero() {
			return &b
		}
	}
	return nil
}
