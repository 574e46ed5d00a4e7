package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v5"
	_ "modernc.org/sqlite" // the driver named sqlite
)

const (
	// lockTimeout is how long a statement waits for another process's lock.
	lockTimeout = 10 * time.Second
	// maxConnections bounds the memory of page caches; there is one writer.
	maxConnections = 4
)

// Open opens the journal at path and brings its schema up to date. The file and
// a missing folder are made readable to their owner only.
func Open(ctx context.Context, path string) (*Journal, error) {
	return open(ctx, path, lockTimeout)
}

func open(ctx context.Context, path string, patience time.Duration) (*Journal, error) {
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	q, err := readQueries()
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path, patience))
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	db.SetMaxOpenConns(maxConnections)
	j := &Journal{db: db, path: path, queries: q}
	if err := j.check(ctx, patience); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", j.explain(err)), db.Close())
	}
	if err := j.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), db.Close())
	}
	return j, nil
}

// dsn asks for full durability (WAL alone would lose the last commits in a power
// cut), and for transactions that take the write lock when they begin.
func dsn(path string, patience time.Duration) string {
	query := url.Values{
		"_txlock":    {"immediate"},
		"_defensive": {"true"},
		"_error_rc":  {"true"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()),
			"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "recursive_triggers(ON)",
		},
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}).String()
}

// prepareFile creates the file before SQLite does, which would let others read
// it. A file that exists is not opened here: closing it again would drop the
// locks that another Journal of this process has on it (POSIX).
func prepareFile(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("open journal: %s is not an absolute path", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("open journal: make its folder: %w; set journal to a path that user %d can write", err, os.Geteuid())
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		err = file.Close()
	}
	if errors.Is(err, fs.ErrExist) {
		err = makePrivate(path)
	}
	if err != nil {
		return fmt.Errorf("open journal: %w; set journal to a path that user %d can write", err, os.Geteuid())
	}
	return nil
}

func makePrivate(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	case info.Mode().Perm() == 0o600:
		return nil
	}
	return os.Chmod(path, 0o600)
}

// check reads the whole file, which for a journal takes moments. It tries again
// while the file is busy: SQLite does not wait by itself when several processes
// make a new file a WAL one at the same time.
func (j *Journal) check(ctx context.Context, patience time.Duration) error {
	verdict, err := backoff.Retry(ctx, func() (string, error) {
		var verdict string
		err := j.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict)
		if err != nil && !isBusy(err) {
			return "", backoff.Permanent(err)
		}
		return verdict, err
	}, backoff.WithMaxElapsedTime(patience), backoff.WithBackOff(&backoff.ExponentialBackOff{
		InitialInterval: time.Millisecond, MaxInterval: 100 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5,
	}))
	if err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	return nil
}
