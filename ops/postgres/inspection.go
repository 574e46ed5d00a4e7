package postgres

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// inspectionRule is what a database for inspection may be called: what needs quotes
// neither in SQL nor in a shell.
var inspectionRule = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// RestoreInto restores a backup into a new database, and leaves it there for people to
// look at. It is filled under the name of a restore drill and gets its own once it is
// whole: what is called into is whole, and what a killed restore leaves goes as a
// killed drill's does.
func (s *Server) RestoreInto(ctx context.Context, file, into string, report func(ops.Progress)) (ops.Restored, error) {
	restored, err := s.restoreToInspect(ctx, file, into, report)
	if err != nil {
		return ops.Restored{}, fmt.Errorf("restore %s into %s: %w", file, into, err)
	}
	s.opts.Log.WithFields(logrus.Fields{"backup": restored.File, "database": into, "took": restored.Took.Round(time.Millisecond),
		"level": ops.Worst(restored.Checks)}).Info("backup restored for inspection")
	report(ops.Progress{Fraction: 1})
	return restored, nil
}

func (s *Server) restoreToInspect(ctx context.Context, file, into string, report func(ops.Progress)) (ops.Restored, error) {
	began := time.Now()
	if err := s.mayBe(ctx, into); err != nil {
		return ops.Restored{}, err
	}
	if file == "" {
		return ops.Restored{}, errors.New("no backup is named: backup list shows them")
	}
	m, err := s.toDrill(file)
	if err != nil {
		return ops.Restored{}, err
	}
	restored := ops.Restored{Drill: ops.Drill{File: m.File}, Database: into, Connect: s.client("psql", into), Drop: s.client("dropdb", into)}
	err = s.onScratch(ctx, m, &restored.Drill, report, func(scratch string) error {
		report(ops.Progress{Fraction: almost, Note: "analyzing"})
		if err := s.inScratch(ctx, scratch, analyze(ctx)); err != nil {
			return err
		}
		return s.giveName(ctx, scratch, into, m)
	})
	restored.Took = time.Since(began)
	return restored, err
}

// analyze gathers what the planner of queries goes by: a restore brings none of it.
func analyze(ctx context.Context) func(*pgx.Conn) error {
	return func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "ANALYZE")
		return err
	}
}

// mayBe refuses names that are somebody's already, or that ktops could take for its own.
func (s *Server) mayBe(ctx context.Context, into string) error {
	switch {
	case into == s.opts.Name:
		return errors.New("that is the live database, into which nothing is ever restored: choose a new name")
	case slices.Contains([]string{"postgres", "template0", "template1"}, into) || slices.Contains(s.homes(), into):
		return errors.New("that is a database of the server itself: choose a new name")
	case strings.Contains(into, "_kt_"):
		return errors.New("names with _kt_ are those that ktops makes and drops by itself: choose another")
	case !inspectionRule.MatchString(into):
		return errors.New("that cannot be its name: use lower-case letters, digits and underscores, beginning with a letter, at most 63")
	}
	return s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		var there bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", into).Scan(&there); err != nil {
			return err
		}
		if there {
			return errors.New("there is a database of that name already: choose a new name, or drop it")
		}
		return nil
	})
}

// giveName takes a scratch database out of what ktops drops by itself.
func (s *Server) giveName(ctx context.Context, scratch, into string, m manifest) error {
	comment := fmt.Sprintf("restored by ktops from %s of %s, to be looked at", m.File, m.At.UTC().Format(time.RFC3339))
	return s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		return inOne(ctx, conn, "ALTER DATABASE "+quote(scratch)+" RENAME TO "+quote(into), commentOn(into, comment))
	})
}

// client is the command with which a person reaches a database as ktops does; it asks
// for the password.
func (s *Server) client(program, database string) []string {
	return []string{program, "--host=" + s.opts.Host, "--port=" + strconv.Itoa(s.opts.Port), "--username=" + s.opts.User, database}
}
