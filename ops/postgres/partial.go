package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const partialSuffix = ".partial"

// errInUse says that another process is writing the file.
var errInUse = errors.New("another ktops is writing it")

// partial is a file on its way to its name. It is locked as long as its process
// lives; the kernel lets go of the lock of a process that was killed, and so the
// leavings of a dead attempt are known from work in progress.
type partial struct {
	*os.File
	target string
}

// newPartial begins target anew, over what a dead attempt left.
func newPartial(target string) (*partial, error) {
	for {
		file, err := lock(target+partialSuffix, os.O_RDWR|os.O_CREATE)
		if errors.Is(err, os.ErrNotExist) {
			continue // somebody removed it between open and lock
		}
		if err != nil {
			return nil, err
		}
		if err := file.Truncate(0); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return &partial{File: file, target: target}, nil
	}
}

// lock opens a file and takes its lock: errInUse when somebody has it,
// os.ErrNotExist when the file lost its name before the lock was ours.
func lock(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errInUse
	}
	if err == nil {
		err = stillNamed(file)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return file, nil
}

func stillNamed(file *os.File) error {
	ours, err := file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(file.Name())
	if err != nil {
		return err
	}
	if !os.SameFile(ours, named) {
		return os.ErrNotExist
	}
	return nil
}

// commit brings the content to the disk and then gives it its name.
func (p *partial) commit() error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), p.target); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(p.target)); err != nil {
		return err
	}
	return p.Close()
}

// discard removes what was not committed. After a commit it does nothing.
func (p *partial) discard() error {
	var err error
	if stillNamed(p.File) == nil {
		err = os.Remove(p.Name())
	}
	if closed := p.Close(); !errors.Is(closed, os.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// syncDir makes renames in dir survive a loss of power.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
