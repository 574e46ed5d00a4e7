package postgres

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed sql/sizes.sql
var sizesSQL string

// returning is what return points are judged by.
type returning struct {
	applied []ops.AppliedMigration // to the live database
	unable  []string               // why no database can be put in its place
	sizes   map[string]int64       // of all databases
	log     int64                  // that filling one may leave
}

// ReturnPoints lists what can be gone back to, newest first: the snapshots that are kept
// and the backups that were read back.
func (s *Server) ReturnPoints(ctx context.Context) ([]ops.ReturnPoint, error) {
	points, err := s.returnPoints(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what database %s can be brought back to: %w", s.opts.Name, err)
	}
	slices.SortStableFunc(points, func(a, b ops.ReturnPoint) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Name, b.Name))
	})
	return points, nil
}

func (s *Server) returnPoints(ctx context.Context) ([]ops.ReturnPoint, error) {
	var r returning
	var err error
	if r.applied, err = s.Applied(ctx); err != nil {
		return nil, err
	}
	var points []ops.ReturnPoint
	err = s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		if r.unable, err = s.unable(ctx, conn); err != nil {
			return err
		}
		if err := conn.QueryRow(ctx, sizesSQL).Scan(&r.sizes, &r.log); err != nil {
			return err
		}
		all, err := asides(ctx, conn)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if m, ours := all[name].is(snapshotKind, s.opts.Name); ours {
				points = append(points, r.snapshot(all[name], m))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	taken, err := plugin{s}.points(ctx)
	if err != nil {
		return nil, err
	}
	points = append(points, taken...)
	backups, err := s.catalogue().list()
	if err != nil {
		return nil, err
	}
	for _, m := range backups {
		if !m.VerifiedAt.IsZero() {
			points = append(points, s.backupPoint(ctx, r, m))
		}
	}
	return points, nil
}

// snapshot is the point of a snapshot, which needs no room any more.
func (r returning) snapshot(a aside, m mark) ops.ReturnPoint {
	p := ops.ReturnPoint{Way: ops.BackBySnapshot, Run: m.run, Name: a.name, At: m.at.UTC(), Bytes: r.sizes[a.name], Unfit: strings.Join(r.unable, "; ")}
	if !a.valid {
		p.Unfit = "it is not whole: its removal was interrupted"
	}
	// The mark has only a digest. It is that of an earlier state of the live database,
	// unless that was put back since.
	for n := range len(r.applied) + 1 {
		if digestOf(r.applied[:n]) == m.migrations {
			p.Applied = r.applied[:n]
		}
	}
	return p
}

// backupPoint is the point of a backup, which is restored beside the live database.
func (s *Server) backupPoint(ctx context.Context, r returning, m manifest) ops.ReturnPoint {
	p := ops.ReturnPoint{Way: ops.BackByBackup, Run: runOf(m.File), Name: m.File, At: m.At,
		Bytes: max(m.RawBytes, r.sizes[s.opts.Name]), Applied: m.Applied, Position: m.Position}
	unfit := slices.Clone(r.unable)
	if _, err := s.clientFor(ctx, "pg_restore", m.Server); err != nil {
		unfit = append(unfit, err.Error())
	}
	if err := s.roomFor(p.Bytes + r.log); err != nil {
		unfit = append(unfit, err.Error())
	}
	p.Unfit = strings.Join(unfit, "; ")
	return p
}

// runOf is the run that took a backup, by its name; empty for one taken by itself.
func runOf(file string) string {
	if run, ours := strings.CutPrefix(strings.TrimSuffix(filepath.Base(file), dumpSuffix), backupOf("")); ours {
		return run
	}
	return ""
}
