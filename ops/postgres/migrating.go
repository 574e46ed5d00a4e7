package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/migrating.sql
var migratingSQL string

// sqlxLock is the number by which sqlx tells its advisory locks from others'.
const sqlxLock = 0x3d32ad9e

// Migrating reports whether an API changes the schema at this moment. One that has
// waited longer than its patience for a lock does not: another session was forgotten
// that holds it.
func (s *Server) Migrating(ctx context.Context, patience time.Duration) (busy bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, appliedLimit)
	defer cancel()
	err = s.look(ctx, func(tx pgx.Tx) error {
		key := sqlxLock * int64(crc32.ChecksumIEEE([]byte(tx.Conn().Config().Database)))
		return tx.QueryRow(ctx, migratingSQL, key, patience).Scan(&busy)
	})
	if err != nil {
		return false, fmt.Errorf("ask whether the database is being migrated: %w", err)
	}
	return busy, nil
}
