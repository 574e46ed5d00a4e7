package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"
)

// pruneDatabases drops snapshots, and what undoing put aside, that are older than
// they are kept, but none of the runs that are spared, and what dead drills and rehearsals left. Only
// a database with ktops's own comment of this database, under the name that ktops
// gave it, is ever dropped.
func (s *Server) pruneDatabases(ctx context.Context, now time.Time, spared []string) ([]string, error) {
	var dropped []string
	err := s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		all, err := asides(ctx, conn)
		if err != nil {
			return err
		}
		var failures []error
		for _, name := range slices.Sorted(maps.Keys(all)) {
			age, old := s.outdated(all[name], now, spared)
			if !old {
				continue
			}
			if err := dropDatabase(ctx, conn, name); err != nil {
				failures = append(failures, err) // somebody may be looking at it; the next one goes
				continue
			}
			s.opts.Log.WithFields(logrus.Fields{"database": name, "age": age.Round(time.Hour)}).Info("old snapshot dropped")
			dropped = append(dropped, name)
		}
		return errors.Join(append(failures, s.sweepScratch(ctx, conn), s.sweepRehearsals(ctx, conn, spared))...)
	})
	if err != nil {
		return dropped, fmt.Errorf("drop old databases: %w", err)
	}
	return dropped, nil
}

// outdated reports whether a database is ours to drop, and its age.
func (s *Server) outdated(a aside, now time.Time, spared []string) (time.Duration, bool) {
	for _, kind := range []asideKind{snapshotKind, abandonedKind, restoredKind, restoringKind} {
		m, ours := a.is(kind, s.opts.Name)
		if age := now.Sub(m.at); ours && age > s.opts.SnapshotKeep && !slices.Contains(spared, m.run) {
			return age, true
		}
	}
	return 0, false
}
