package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// restoreBeside makes the database, fills it, looks at it and marks it whole.
func (s *Server) restoreBeside(ctx context.Context, task ops.Task, file, name string) (d ops.Drill, err error) {
	m, err := s.toRestore(ctx, file)
	if err != nil {
		return d, err
	}
	if _, err := s.clientFor(ctx, "pg_restore", m.Server); err != nil {
		return d, err
	}
	var l live
	err = s.beside(ctx, attemptOf(task.Run), func(conn *pgx.Conn) error {
		if err := s.clearRestored(ctx, conn, task.Run, name); err != nil {
			return err
		}
		l, err = s.lookAtLive(ctx, conn)
		if err != nil {
			return err
		}
		return s.newRestored(ctx, conn, task.Run, m, name, l)
	})
	if err != nil {
		return d, err
	}
	note := func() string { return "restoring " + bytesText(m.RawBytes) }
	rows, err := s.restoreInto(ctx, m, name, progressOf(max(m.RawBytes, 1), note, task.Report))
	if ctx.Err() != nil {
		return d, context.Cause(ctx)
	}
	if err != nil {
		return d, err
	}
	task.Report(ops.Progress{Fraction: almost, Note: "counting rows"})
	var migrations []ops.AppliedMigration
	err = s.inScratch(ctx, name, func(conn *pgx.Conn) error {
		migrations, err = s.sound(ctx, conn, m, rows, &d)
		return err
	})
	if err != nil {
		return d, err
	}
	whole := mark{kind: restoredKind, database: s.opts.Name, run: task.Run.ID, at: time.Now(), migrations: digestOf(migrations), comment: l.comment}
	return d, s.beside(ctx, attemptOf(task.Run), func(conn *pgx.Conn) error {
		// Nobody is let in until it is in use: it must stay what was looked at.
		if _, err := conn.Exec(ctx, "ALTER DATABASE "+quote(name)+" ALLOW_CONNECTIONS false"); err != nil {
			return err
		}
		return s.finish(ctx, conn, name, whole)
	})
}

// toRestore is the manifest of a backup that may be restored: a verified one whose file
// is still the one that was verified. To learn that at the end of a long restore would be
// late.
func (s *Server) toRestore(ctx context.Context, file string) (manifest, error) {
	m, err := s.toDrill(file)
	if err != nil {
		return m, err
	}
	if m.VerifiedAt.IsZero() {
		return m, errors.New("it was not read back, or was changed since: verify it first")
	}
	f, err := os.Open(m.File)
	if err != nil {
		return m, err
	}
	defer func() { _ = f.Close() }() // only read
	sum := sha256.New()
	if _, err := io.Copy(sum, untilDone{ctx, f}); err != nil {
		return m, err
	}
	if damage := compareSum(f, sum, m.SHA256); damage != nil {
		return m, errors.Join(damage, s.disownFile(ctx, m))
	}
	return m, nil
}

// newRestored makes the empty database, where the disk has room for it, with the live
// one's owner, tablespace, encoding and locale, and lets in only who may connect to that.
func (s *Server) newRestored(ctx context.Context, conn *pgx.Conn, run ops.Run, m manifest, name string, l live) error {
	var clauses, tablespace string
	var bytes, log int64
	if err := conn.QueryRow(ctx, localeSQL, s.opts.Name).Scan(&clauses, &bytes, &log); err != nil {
		return err
	}
	if err := s.roomFor(max(m.RawBytes, bytes) + log); err != nil {
		return err
	}
	if err := conn.QueryRow(ctx, tablespaceSQL, s.opts.Name).Scan(&tablespace); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(name)+" "+clauses+tablespace+" OWNER "+quote(l.owner)); err != nil {
		return err
	}
	statements, err := s.properties(ctx, conn, name)
	if err != nil {
		return err
	}
	begun := mark{kind: restoringKind, database: s.opts.Name, run: run.ID, at: time.Now()}
	grants := []string{commentOn(name, begun.String())}
	for _, sql := range statements {
		if strings.HasPrefix(sql, "REVOKE ") || strings.HasPrefix(sql, "GRANT ") { // settings would be in the way
			grants = append(grants, sql)
		}
	}
	return inOne(ctx, conn, grants...)
}

// sound looks at a restored database, as a drill does, and refuses it unless all is well.
// Then it collects the statistics that a dump does not have.
func (s *Server) sound(ctx context.Context, conn *pgx.Conn, m manifest, rows map[string]int64, d *ops.Drill) ([]ops.AppliedMigration, error) {
	against := held{rows: rows, applied: m.Applied}
	if len(against.applied) == 0 { // not recorded
		var err error
		if against.applied, err = s.Applied(ctx); err != nil {
			return nil, err
		}
	}
	if _, err := conn.Exec(ctx, "BEGIN"); err != nil {
		return nil, err
	}
	looking := inspect(ctx, conn, against, d)
	if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil || looking != nil { // the extension that looked is none of the backup's
		return nil, errors.Join(looking, err)
	}
	for _, f := range d.Checks {
		if f.Level != ops.Pass {
			return nil, fmt.Errorf("%s: %s", f.Check, f.Fact)
		}
	}
	migrations, err := applied(ctx, conn)
	if err != nil {
		return nil, err
	}
	if len(m.Applied) > 0 && digestOf(migrations) != digestOf(m.Applied) {
		return nil, fmt.Errorf("it has %s applied, its manifest says %d", plural(int64(len(migrations)), "migration"), len(m.Applied))
	}
	_, err = conn.Exec(ctx, "ANALYZE")
	return migrations, err
}
