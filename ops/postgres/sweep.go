package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sweep removes what dead attempts left: partials that nobody holds, and manifests
// whose dump never got its name. What another process is writing stays.
func (c catalogue) sweep() error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("look for the leavings of dead attempts: %w", err)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasSuffix(name, dumpSuffix+partialSuffix), strings.HasSuffix(name, manifestSuffix+partialSuffix):
			err = errors.Join(err, removeDead(filepath.Join(c.dir, name)))
		case strings.HasSuffix(name, manifestSuffix):
			err = errors.Join(err, c.removeDangling(strings.TrimSuffix(name, manifestSuffix)))
		}
	}
	return err
}

// removeDead removes a partial unless somebody is writing it.
func removeDead(path string) error {
	file, err := lock(path, os.O_RDWR)
	if errors.Is(err, errInUse) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove the leavings of a dead attempt: %w", err)
	}
	return errors.Join(os.Remove(path), file.Close())
}

// removeDangling removes a manifest without dump: an attempt died between the two,
// or a removal did.
func (c catalogue) removeDangling(name string) error {
	if _, err := os.Lstat(c.dump(name)); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if !c.owns(name) {
		return nil // some other JSON file
	}
	file, err := lock(c.dump(name)+partialSuffix, os.O_RDWR)
	if errors.Is(err, errInUse) {
		return nil // the dump is about to get its name
	}
	if err == nil {
		err = errors.Join(os.Remove(file.Name()), file.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Lstat(c.dump(name)); err == nil {
		return nil // it just got it
	}
	return os.Remove(c.manifest(name))
}

// owns reports whether the manifest of this name can be read and is of our database.
func (c catalogue) owns(name string) bool {
	m, err := c.readManifest(name)
	return err == nil && m.Database == c.database
}
