package journal

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var errDamaged = errors.New("the file is damaged")

// isBusy reports whether another process had the file locked.
func isBusy(err error) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_BUSY
}

// explain adds to an error of SQLite what it means for the journal, and what a
// person can do.
func (j *Journal) explain(err error) error {
	var failed *sqlite.Error
	if errors.Is(err, errDamaged) {
		return fmt.Errorf("%s: %w; %s", j.path, err, restore)
	}
	if !errors.As(err, &failed) {
		return err
	}
	advice := map[int]string{
		sqlite3.SQLITE_FULL:     "the disk is full and nothing was recorded: free some space",
		sqlite3.SQLITE_IOERR:    "the disk gave an error and nothing was recorded: see the kernel's log",
		sqlite3.SQLITE_READONLY: "the file cannot be written: check its owner and mode, and the mount",
		sqlite3.SQLITE_CANTOPEN: "the file cannot be opened: check its owner and mode, and those of its folder",
		sqlite3.SQLITE_BUSY:     "another process has kept the file locked: look for it with `fuser " + j.path + "`",
		sqlite3.SQLITE_LOCKED:   "another process has kept the file locked: look for it with `fuser " + j.path + "`",
		sqlite3.SQLITE_CORRUPT:  restore,
		sqlite3.SQLITE_NOTADB:   "this is not a journal of ktops, or it is damaged: " + restore,
	}[failed.Code()&0xff]
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s: %s (%w)", j.path, advice, err)
}

const restore = "move the file away with its -wal and -shm, and put back a copy or begin with an empty one"
