package postgres

import (
	"context"
	_ "embed"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed sql/archive.sql
var archiveSQL string

//go:embed sql/replicas.sql
var replicasSQL string

// continuity looks what keeps the writes elsewhere. It is an advice, and no plan fails
// for want of it: nil where it cannot be seen.
func (s *Server) continuity(ctx context.Context) *ops.Continuity {
	var c ops.Continuity
	err := s.look(ctx, func(tx pgx.Tx) error {
		var archived, failed *time.Time
		if err := tx.QueryRow(ctx, archiveSQL).Scan(&c.At, &c.Archive.Mode, &c.Archive.Set, &archived, &failed, &c.Archive.Failures); err != nil {
			return err
		}
		if archived != nil {
			c.Archive.LastAt = archived.UTC()
		}
		if failed != nil {
			c.Archive.FailedAt = failed.UTC()
		}
		rows, err := tx.Query(ctx, replicasSQL)
		if err != nil {
			return err
		}
		c.Replicas, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ops.Replica])
		return err
	})
	if err != nil {
		s.opts.Log.WithError(err).Debug("cannot see whether the write-ahead log is archived or streamed")
		return nil
	}
	c.At = c.At.UTC()
	return &c
}
