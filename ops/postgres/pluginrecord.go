package postgres

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// record is what is known of a snapshot that the site's command made. It is written once
// the snapshot is whole.
type record struct {
	Run      string                 `json:"run"`
	Database string                 `json:"database"`
	Snapshot string                 `json:"snapshot"`
	At       time.Time              `json:"at"`
	Bytes    int64                  `json:"bytes"` // of the database
	Applied  []ops.AppliedMigration `json:"applied"`
	Position *ops.Position          `json:"position,omitempty"`
	// Returning is the run that puts it back, with what that loses, from before it began.
	Returning string       `json:"returning,omitempty"`
	Lost      *ops.Written `json:"lost,omitempty"`
	// Returned is set once it is back in use.
	Returned bool `json:"returned,omitempty"`
}

// records are the files of the records of one database.
type records struct{ dir, database string }

const recordSuffix = ".json"

func (p plugin) records() records {
	return records{dir: filepath.Join(p.server.opts.BackupDir, "snapshots"), database: p.server.opts.Name}
}

// path is a file of a run; two databases may share the folder.
func (r records) path(run, suffix string) string {
	return filepath.Join(r.dir, fmt.Sprintf("%x-%s%s", r.database, run, suffix))
}

// read is the record of a run; nil when there is none.
func (r records) read(run string) (*record, error) {
	text, err := os.ReadFile(r.path(run, recordSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what is known of the snapshot of run %s: %w", run, err)
	}
	var rec record
	if err := json.Unmarshal(text, &rec); err != nil || rec.Run != run || rec.Database != r.database {
		return nil, fmt.Errorf("read what is known of the snapshot of run %s: %s is not its record: move it away", run, r.path(run, recordSuffix))
	}
	return &rec, nil
}

func (r records) write(rec record) error {
	text, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	return r.writeFile(r.path(rec.Run, recordSuffix), append(text, '\n'))
}

// writeFile writes a file whole or not at all.
func (r records) writeFile(name string, text []byte) error {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return err
	}
	p, err := newPartial(name)
	if err != nil {
		return err
	}
	if _, err = p.Write(text); err == nil {
		err = p.commit()
	}
	return errors.Join(err, p.discard())
}

func (r records) remove(run string) error {
	if err := os.Remove(r.path(run, recordSuffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// list are all of the database, newest first. One that cannot be read is left out.
func (r records) list() ([]record, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the snapshots: %w", err)
	}
	var list []record
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), recordSuffix)
		run, ours := strings.CutPrefix(name, fmt.Sprintf("%x-", r.database))
		if !ok || !ours || checkRun(ops.Run{ID: run}) != nil {
			continue
		}
		if rec, err := r.read(run); err == nil && rec != nil {
			list = append(list, *rec)
		}
	}
	slices.SortFunc(list, func(a, b record) int { return b.At.Compare(a.At) })
	return list, nil
}
