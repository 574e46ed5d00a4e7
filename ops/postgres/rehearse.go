package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

var _ ops.Scratch = (*Server)(nil)

// RestoreScratch restores the newest verified backup into a database of the run, which
// has the live one's owner, grants and settings, so that the API can use it as its own.
// It is done by one stream: a rehearsal shall not take the server from who is served.
func (s *Server) RestoreScratch(ctx context.Context, run string, report func(ops.Progress)) (ops.ScratchCopy, error) {
	began := time.Now()
	name, err := s.scratchOf(run)
	if err != nil {
		return ops.ScratchCopy{}, err
	}
	made := ops.ScratchCopy{Database: name}
	if err := s.restoreScratch(ctx, run, &made, report); err != nil {
		return ops.ScratchCopy{}, fmt.Errorf("restore a backup into %s to rehearse on: %w", name, err)
	}
	made.Took = time.Since(began)
	s.opts.Log.WithFields(logrus.Fields{"run": run, "backup": made.Backup.File, "database": name, "bytes": made.Bytes, "took": made.Took.Round(time.Millisecond)}).
		Info("backup restored to rehearse on")
	report(ops.Progress{Fraction: 1})
	return made, nil
}

func (s *Server) restoreScratch(ctx context.Context, run string, made *ops.ScratchCopy, report func(ops.Progress)) error {
	m, err := s.toDrill("")
	if err != nil {
		return err
	}
	made.Backup = m.Backup
	if err := s.makeScratch(ctx, run, made.Database, m.RawBytes); err != nil {
		return err
	}
	_, err = s.restoreInto(ctx, m, made.Database, progressOf(max(m.RawBytes, 1), func() string { return "restoring" }, report))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	report(ops.Progress{Fraction: almost, Note: "gathering statistics"})
	return s.inScratch(ctx, made.Database, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "ANALYZE"); err != nil { // else the migrations would be planned blindly
			return err
		}
		return conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&made.Bytes)
	})
}

// makeScratch makes the empty database after removing those of dead rehearsals.
func (s *Server) makeScratch(ctx context.Context, run, name string, need int64) error {
	return s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		if err := s.sweepRehearsals(ctx, conn, nil); err != nil {
			return err
		}
		live, err := s.lookAtLive(ctx, conn)
		if err != nil {
			return err
		}
		var clauses string
		var bytes, log int64
		if err := conn.QueryRow(ctx, localeSQL, s.opts.Name).Scan(&clauses, &bytes, &log); err != nil {
			return err
		}
		if err := s.roomFor(max(need, bytes) + log); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(name)+" OWNER "+quote(live.owner)+" "+clauses); err != nil {
			return err
		}
		return s.finish(ctx, conn, name, mark{kind: rehearsalKind, database: s.opts.Name, run: run, at: time.Now()})
	})
}

// DropScratch removes the run's copy with the sessions in it.
func (s *Server) DropScratch(ctx context.Context, run string) error {
	name, err := s.scratchOf(run)
	if err != nil {
		return err
	}
	return s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		all, err := asides(ctx, conn, name)
		if err != nil {
			return err
		}
		left, there := all[name]
		if !there {
			return nil
		}
		if !s.isRehearsal(left) {
			return fmt.Errorf("drop database %s: its comment says that it is not ktops's: rename it", name)
		}
		return dropForce(ctx, conn, name)
	})
}

// sweepRehearsals drops what dead rehearsals left, but nothing of the runs that are spared.
func (s *Server) sweepRehearsals(ctx context.Context, conn *pgx.Conn, spared []string) error {
	rows, err := conn.Query(ctx, "SELECT datname::text FROM pg_database")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	all, err := asides(ctx, conn, slices.DeleteFunc(names, func(name string) bool { return s.rehearsalIn(name) == "" })...)
	if err != nil {
		return err
	}
	var failures []error
	for _, name := range slices.Sorted(maps.Keys(all)) {
		run := s.rehearsalIn(name)
		if run == "" || !s.isRehearsal(all[name]) || slices.Contains(spared, run) {
			continue
		}
		if err := dropForce(ctx, conn, name); err != nil {
			failures = append(failures, err)
			continue
		}
		s.opts.Log.WithField("database", name).Info("database of a dead rehearsal dropped")
	}
	return errors.Join(failures...)
}

// isRehearsal reports whether a database of a rehearsal's name is one: by its mark, or
// without any comment where ktops died before it wrote that.
func (s *Server) isRehearsal(a aside) bool {
	_, marked := a.is(rehearsalKind, s.opts.Name)
	return marked || a.comment == ""
}

// rehearsalIn is the run in the name of a rehearsal's database; empty in others.
func (s *Server) rehearsalIn(name string) string {
	i := strings.LastIndex(name, scratchTail)
	if i < 0 {
		return ""
	}
	run := name[i+len(scratchTail):]
	if !runRule.MatchString(run) || name != asideName(s.opts.Name, rehearsalKind, run) {
		return ""
	}
	return run
}

// scratchOf names the run's copy.
func (s *Server) scratchOf(run string) (string, error) {
	return asideName(s.opts.Name, rehearsalKind, run), checkRun(ops.Run{ID: run})
}
