package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keeptrusts/ktops/ops"
)

// ObserveDatabase looks at the server, the disks and the backups, and changes
// nothing.
func (s *Server) ObserveDatabase(ctx context.Context) (ops.DatabaseState, error) {
	state := ops.DatabaseState{BackupDir: s.opts.BackupDir}
	err := s.look(ctx, func(tx pgx.Tx) error { return observeServer(ctx, tx, &state) })
	if err != nil {
		return ops.DatabaseState{}, fmt.Errorf("observe the database: %w", err)
	}
	if err := s.observeDisks(&state); err != nil {
		return ops.DatabaseState{}, fmt.Errorf("observe the database: %w", err)
	}
	state.WriteRate = s.rate.of(ctx, s.measuredDirs())
	if state.NoSnapshot, err = s.noSnapshot(ctx, state); err != nil {
		return ops.DatabaseState{}, fmt.Errorf("observe the database: %w", err)
	}
	state.OwnSnapshots, state.Continuity = s.plugged(), s.continuity(ctx)
	client, err := s.clientVersion(ctx, "pg_dump")
	if err != nil {
		return ops.DatabaseState{}, fmt.Errorf("observe the database: %w", err)
	}
	state.Client = client
	backups, err := s.List(ctx)
	if err != nil {
		return ops.DatabaseState{}, fmt.Errorf("observe the database: %w", err)
	}
	state.Backup = newestVerified(backups)
	return state, nil
}

func observeServer(ctx context.Context, tx pgx.Tx, state *ops.DatabaseState) error {
	if err := tx.QueryRow(ctx, serverSQL).Scan(&state.Server, &state.Bytes, &state.Sessions); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, largestSQL)
	if err != nil {
		return err
	}
	if state.Largest, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ops.Table]); err != nil {
		return err
	}
	state.Applied, err = applied(ctx, tx)
	return err
}

func (s *Server) observeDisks(state *ops.DatabaseState) (err error) {
	if state.BackupFree, err = freeBytes(nearest(s.opts.BackupDir)); err != nil {
		return fmt.Errorf("free space for backups: %w", err)
	}
	if s.opts.DataDir == "" {
		return nil
	}
	free, err := freeBytes(s.opts.DataDir)
	if err != nil {
		return fmt.Errorf("free space of the data directory: %w; correct database.data_directory", err)
	}
	state.DataFree = &free
	return nil
}

// appliedLimit bounds a look at one small table, with the connecting.
const appliedLimit = connectLimit

// Applied lists the migrations that were applied, oldest first. A database that
// the API has never started on has none.
func (s *Server) Applied(ctx context.Context) ([]ops.AppliedMigration, error) {
	// A run that must decide what to put back asks, also one that is stopping.
	ctx, cancel := context.WithTimeout(ctx, appliedLimit)
	defer cancel()
	var list []ops.AppliedMigration
	err := s.look(ctx, func(tx pgx.Tx) (err error) {
		list, err = applied(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the applied migrations: %w", err)
	}
	return list, nil
}

// querier is a connection, or a transaction on one.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func applied(ctx context.Context, q querier) ([]ops.AppliedMigration, error) {
	// A query's error may come at once or with the first row.
	rows, err := q.Query(ctx, appliedSQL)
	if err == nil {
		var list []ops.AppliedMigration
		if list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ops.AppliedMigration]); err == nil {
			return list, nil
		}
	}
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code == undefinedTable {
		return nil, nil
	}
	return nil, err
}
