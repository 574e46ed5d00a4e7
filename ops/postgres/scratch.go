package postgres

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

const drillStamp = "20060102150405"

// dropLimit bounds the removal of a scratch database, which happens also when
// everything else was stopped.
const dropLimit = 30 * time.Second

// newScratch makes an empty database beside the live one, with its encoding and
// locale, that lives as long as a drill, after removing those that dead drills left.
// The name is empty when it did not come to that, else also told with an error.
func (s *Server) newScratch(ctx context.Context, need int64) (name string, err error) {
	now := time.Now().UTC()
	err = s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		if err := s.sweepScratch(ctx, conn); err != nil {
			return err
		}
		var clauses string
		var live, log int64
		if err := conn.QueryRow(ctx, localeSQL, s.opts.Name).Scan(&clauses, &live, &log); err != nil {
			return err
		}
		if err := s.roomFor(max(need, live) + log); err != nil {
			return err
		}
		m := mark{kind: drillKind, database: s.opts.Name, run: now.Format(drillStamp), at: now}
		name = asideName(s.opts.Name, m.kind, m.run)
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(name)+" "+clauses); err != nil {
			return err
		}
		return inOne(ctx, conn, "REVOKE ALL ON DATABASE "+quote(name)+" FROM PUBLIC", commentOn(name, m.String()))
	})
	return name, err
}

// sweepScratch drops what dead drills left: by its mark, or without any comment where
// the drill died before it wrote that. The lease of the environment keeps out
// a second drill whose database this could be.
func (s *Server) sweepScratch(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT datname::text FROM pg_database WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !s.isScratch(name) })
	all, err := asides(ctx, conn, names...)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, marked := all[name].is(drillKind, s.opts.Name); !marked && all[name].comment != "" {
			continue
		}
		if err := dropForce(ctx, conn, name); err != nil {
			return err
		}
		s.opts.Log.WithField("database", name).Info("database of a dead restore drill dropped")
	}
	return nil
}

var stampRule = regexp.MustCompile(`[0-9]{14}$`)

func (s *Server) isScratch(name string) bool {
	stamp := stampRule.FindString(name)
	return stamp != "" && name == asideName(s.opts.Name, drillKind, stamp)
}

// drop removes the scratch database of that name, if it came to one, also when ctx
// has ended.
func (s *Server) drop(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropLimit)
	defer cancel()
	return s.beside(ctx, ownName, func(conn *pgx.Conn) error { return dropForce(ctx, conn, name) })
}

// dropForce removes a database with the sessions in it, which are those of a drill
// that was stopped.
func dropForce(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}
