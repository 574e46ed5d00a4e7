package migrate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
)

// The refusals of sqlx, in its own words.
var (
	// ErrMissing: a newer version has migrated this database.
	ErrMissing = errors.New("was previously applied but is missing in the resolved migrations")
	// ErrMismatch: a shipped file was edited.
	ErrMismatch = errors.New("was previously applied but has been modified")
	// ErrDirty: an earlier attempt ended half way.
	ErrDirty = errors.New("is partially applied; fix and remove row from `_sqlx_migrations` table")
)

// lockFactor is the number by which sqlx recognises its own advisory locks.
const lockFactor = 0x3d32ad9e

const createTable = `CREATE TABLE IF NOT EXISTS _sqlx_migrations (
	version BIGINT PRIMARY KEY,
	description TEXT NOT NULL,
	installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
	success BOOLEAN NOT NULL,
	checksum BYTEA NOT NULL,
	execution_time BIGINT NOT NULL
)`

// Run brings the database to set, under the lock that keeps two API servers that
// start together from doing the same migration.
func Run(ctx context.Context, conn *pgx.Conn, set []Migration, faults fault.Faults, log *logrus.Entry) (err error) {
	unlock, err := lock(ctx, conn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	applied, err := history(ctx, conn)
	if err != nil {
		return err
	}
	if err := compare(applied, set, faults); err != nil {
		return err
	}
	for _, m := range set {
		if applied[m.Version] != nil {
			continue
		}
		took, err := apply(ctx, conn, m, faults)
		if err != nil {
			return fmt.Errorf("migration %d %s: %w", m.Version, m.Description, err)
		}
		log.WithFields(logrus.Fields{"migration": m.Version, "took": took}).Info("migration applied")
	}
	return nil
}

// lock takes the advisory lock of sqlx, which is derived from the database's name.
func lock(ctx context.Context, conn *pgx.Conn) (unlock func() error, err error) {
	key := lockFactor * int64(crc32.ChecksumIEEE([]byte(conn.Config().Database)))
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return nil, fmt.Errorf("lock migrations: %w", err)
	}
	return func() error {
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, key); err != nil {
			return fmt.Errorf("unlock migrations: %w", err)
		}
		return nil
	}, nil
}

// history reads the checksums of what was applied; a row without success is dirty.
func history(ctx context.Context, conn *pgx.Conn) (map[int64][]byte, error) {
	if _, err := conn.Exec(ctx, createTable); err != nil {
		return nil, fmt.Errorf("create _sqlx_migrations: %w", err)
	}
	rows, err := conn.Query(ctx, `SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version`)
	if err != nil {
		return nil, fmt.Errorf("read _sqlx_migrations: %w", err)
	}
	applied := map[int64][]byte{}
	var version int64
	var checksum []byte
	var success bool
	_, err = pgx.ForEachRow(rows, []any{&version, &checksum, &success}, func() error {
		applied[version] = bytes.Clone(checksum)
		if !success {
			return fmt.Errorf("migration %d %w", version, ErrDirty)
		}
		return nil
	})
	return applied, err
}

// compare refuses as sqlx does, before anything is touched; set_ignore_missing takes a
// part of that back.
func compare(applied map[int64][]byte, set []Migration, faults fault.Faults) error {
	shipped := map[int64]bool{}
	for _, m := range set {
		shipped[m.Version] = true
	}
	for version := range applied {
		if !shipped[version] && !faults.IgnoresMissing {
			return fmt.Errorf("migration %d %w", version, ErrMissing)
		}
	}
	for _, m := range set {
		if sum := applied[m.Version]; sum != nil && !bytes.Equal(sum, m.Checksum) {
			return fmt.Errorf("migration %d %w", m.Version, ErrMismatch)
		}
	}
	return nil
}

// apply runs one migration and records it in the same transaction; only the time it
// took is written after, as sqlx does.
func apply(ctx context.Context, conn *pgx.Conn, m Migration, faults fault.Faults) (time.Duration, error) {
	began := time.Now()
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := tx.Conn().PgConn().Exec(ctx, m.SQL).Close(); err != nil {
			return err
		}
		if err := inject(ctx, tx, faults); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
			VALUES ($1, $2, TRUE, $3, -1)`, m.Version, m.Description, m.Checksum)
		return err
	})
	if err != nil {
		return 0, err
	}
	took := time.Since(began)
	_, err = conn.Exec(ctx, `UPDATE _sqlx_migrations SET execution_time = $1 WHERE version = $2`, took.Nanoseconds(), m.Version)
	return took, err
}

// inject shows the faults of a migration inside its transaction, so that a slow one
// holds its locks.
func inject(ctx context.Context, tx pgx.Tx, faults fault.Faults) error {
	if faults.MigrationFails {
		return errors.New("failed by KT_FAULT_MIGRATION")
	}
	if faults.MigrationSlow == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT pg_sleep($1)`, faults.MigrationSlow.Seconds())
	return err
}
