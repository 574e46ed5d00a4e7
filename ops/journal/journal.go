// Package journal keeps the events of runs and the leases of environments in a
// SQLite file.
//
// An event that Append has acknowledged is on disk: it survives a kill -9 and a
// power cut. Events cannot be changed or deleted through the file's own SQL
// either, because they are the audit trail. Several processes may use one file.
package journal

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/keeptrusts/ktops/ops"
)

// Journal implements ops.Journal and ops.Leases over one SQLite file.
type Journal struct {
	db      *sql.DB
	path    string
	queries queries

	// writing lets this process's writers queue here. SQLite's own waiting for
	// the write lock is by polling, and serves other processes.
	writing sync.Mutex
}

var (
	_ ops.Journal = (*Journal)(nil)
	_ ops.Leases  = (*Journal)(nil)
)

// DB is the database, for other stores that live in the same file.
func (j *Journal) DB() *sql.DB { return j.db }

// Close gives the file back. It waits for what is under way.
func (j *Journal) Close() error {
	if err := j.db.Close(); err != nil {
		return fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return nil
}

// write runs f in a transaction that holds the file's write lock from its start,
// so that what f reads stays true until it commits.
func (j *Journal) write(ctx context.Context, f func(*sql.Tx) error) error {
	j.writing.Lock()
	defer j.writing.Unlock()
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return j.explain(err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // err is what went wrong
		return j.explain(err)
	}
	return j.explain(tx.Commit())
}
