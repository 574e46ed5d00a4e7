package nginx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keeptrusts/ktops/ops"
)

// The modes of what is written: the pages are nginx's workers' to read, the
// configuration, which has the bypass secret, only its master's.
const (
	readable fs.FileMode = 0o644
	private  fs.FileMode = 0o600
)

func (e *Edge) path(name string) string { return filepath.Join(e.options.Directory, name) }

// replace puts a file in the place of another in one step, durably: whoever reads
// it, also after a crash, reads the one or the other.
func (e *Edge) replace(name string, body []byte, mode fs.FileMode) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w; ktops must be able to write in the edge's folder", e.path(name), err)
		}
	}()
	temp, err := os.CreateTemp(e.options.Directory, ".ktops-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone already when all went well
	_, err = temp.Write(body)
	if err := errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), e.path(name)); err != nil {
		return err
	}
	return e.syncFolder()
}

func (e *Edge) syncFolder() error {
	folder, err := os.Open(e.options.Directory)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// readState is why the edge is closed; nil when it is open.
func (e *Edge) readState() (*ops.Closure, error) {
	text, err := os.ReadFile(e.path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the edge was told: %w", err)
	}
	var c ops.Closure
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("read %s: %w; look at it, and remove it if the edge is open", e.path(stateFile), err)
	}
	return &c, nil
}

func (e *Edge) writeState(c ops.Closure) error {
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write what the edge is told: %w", err)
	}
	return e.replace(stateFile, append(text, '\n'), private)
}

func (e *Edge) removeState() error {
	if err := os.Remove(e.path(stateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget what the edge was told: %w", err)
	}
	return e.syncFolder()
}

func (e *Edge) restoreState(before *ops.Closure) error {
	if before == nil {
		return e.removeState()
	}
	return e.writeState(*before)
}

// installed tells what would keep the edge from being closed.
func (e *Edge) installed() []ops.Finding {
	if _, err := os.Stat(e.path(confFile)); err != nil {
		return []ops.Finding{{Check: "edge", Level: ops.Fail, Fact: e.path(confFile) + " is not there",
			Advice: "add “" + e.Include() + "” to nginx's server block, once the file is there"}}
	}
	probe, err := os.CreateTemp(e.options.Directory, ".ktops-*")
	if err != nil {
		return []ops.Finding{{Check: "edge", Level: ops.Fail, Fact: fmt.Sprintf("cannot write in %s: %v", e.options.Directory, err),
			Advice: "let ktops write there"}}
	}
	_ = errors.Join(probe.Close(), os.Remove(probe.Name())) // an empty file at most is left
	return nil
}
