package nginx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// The modes of what is written: the pages are nginx's workers' to read; the
// configuration, which has the bypass secret, only its master's, or its group's
// where the folder gives its files one (chmod g+s).
const (
	readable fs.FileMode = 0o644
	private  fs.FileMode = 0o600
	grouped  fs.FileMode = 0o640
)

// temporary is where a file is written before it takes its place.
const temporary = ".ktops.new"

func (m *machine) path(name string) string { return filepath.Join(m.Directory, name) }

func (m *machine) file(r request) (a answer, err error) {
	if !known(r.File) {
		return a, fmt.Errorf("%q is none of the edge's files", r.File)
	}
	switch r.Do {
	case readFile:
		err = m.within(func(f folder) error { a.Body, err = f.ReadFile(r.File); return err })
	case writeFile:
		err = m.within(func(f folder) error { return f.change(func() error { return f.replace(r.File, r.Body) }) })
	case removeFile:
		err = m.within(func(f folder) error { return f.change(func() error { return f.Remove(r.File) }) })
	}
	switch {
	case r.Do == writeFile && err != nil:
		return a, fmt.Errorf("write %s: %w; ktops must be able to write in the edge's folder", m.path(r.File), err)
	case errors.Is(err, fs.ErrNotExist):
		return answer{Absent: true}, nil
	case err != nil:
		return a, fmt.Errorf("%s %s: %w", r.Do, m.path(r.File), err)
	}
	return a, nil
}

// writable reports why files cannot be written.
func (m *machine) writable() error {
	return m.within(func(f folder) error {
		return f.change(func() error { return errors.Join(f.fill(nil, private), f.Remove(temporary)) })
	})
}

// folder is the managed one. Nothing outside can be reached through it, not by a
// link either: an agent that runs as root may serve one that another user owns.
type folder struct {
	*os.Root
	opened *os.File
	info   fs.FileInfo
}

func (m *machine) within(use func(folder) error) (err error) {
	root, err := os.OpenRoot(m.Directory)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	opened, err := root.Open(".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	info, err := opened.Stat()
	if err != nil {
		return err
	}
	return use(folder{root, opened, info})
}

// change changes the folder while no other process of ktops does, and makes it
// last.
func (f folder) change(how func() error) error {
	if err := syscall.Flock(int(f.opened.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", f.opened.Name(), err)
	}
	if err := how(); err != nil {
		return err
	}
	return f.opened.Sync()
}

// replace puts a file in the place of another in one step: whoever reads it, also
// after a crash, reads the one or the other.
func (f folder) replace(name string, body []byte) error {
	mode := readable
	if name == confFile || name == stateFile {
		mode = private
		if f.info.Mode()&fs.ModeSetgid != 0 {
			mode = grouped
		}
	}
	if err := f.fill(body, mode); err != nil {
		return err
	}
	return f.Rename(temporary, name)
}

// fill writes the temporary file. What root writes belongs to the folder's owner:
// the daemon must be able to open tomorrow what root closed today.
func (f folder) fill(body []byte, mode fs.FileMode) error {
	if err := f.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) { // a crash left it
		return err
	}
	temp, err := f.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, private)
	if err != nil {
		return err
	}
	if owner, ok := f.info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		err = temp.Chown(int(owner.Uid), int(owner.Gid))
	}
	_, failed := temp.Write(body)
	return errors.Join(err, failed, temp.Chmod(mode), temp.Sync(), temp.Close())
}
