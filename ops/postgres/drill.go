package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// Drill restores a backup into a database beside the live one, looks at it, and
// drops it. An empty name is the newest verified backup.
//
// It proves that this file, whose SHA-256 is the one of its manifest, restores to
// its end without an error, keys and constraints with it, by the user and on the
// server that a real restore would have; that each table then has as many rows as the
// file holds, counted in the file and by reading the table; and that the migrations
// applied in it are those of the live database, or its first. Where the extension
// amcheck can be used, also that heap and indexes agree. Rows are not compared with
// the live database, which has moved on since.
func (s *Server) Drill(ctx context.Context, name string, report func(ops.Progress)) (ops.Drill, error) {
	began := time.Now()
	m, err := s.toDrill(name)
	if err != nil {
		return ops.Drill{}, fmt.Errorf("restore drill: %w", err)
	}
	drill := ops.Drill{File: m.File}
	if err := s.onScratch(ctx, m, &drill, report, func(string) error { return nil }); err != nil {
		return ops.Drill{}, fmt.Errorf("restore drill of %s: %w", m.File, err)
	}
	if err := s.recordDrill(&drill); err != nil {
		return ops.Drill{}, fmt.Errorf("restore drill of %s: %w", m.File, err)
	}
	drill.Took = time.Since(began)
	s.opts.Log.WithFields(logrus.Fields{"backup": m.File, "tables": drill.Tables, "rows": drill.Rows, "took": drill.Took.Round(time.Millisecond),
		"level": ops.Worst(drill.Checks)}).Info("backup restored to the side")
	report(ops.Progress{Fraction: 1})
	return drill, nil
}

// recordDrill writes into its manifest that a backup was found good.
func (s *Server) recordDrill(drill *ops.Drill) error {
	if ops.Worst(drill.Checks) == ops.Fail {
		return nil
	}
	c := s.catalogue()
	name, err := c.name(drill.File)
	if err != nil {
		return err
	}
	m, err := c.read(name)
	if err != nil {
		return err
	}
	m.DrilledAt = time.Now().UTC()
	return c.write(name, m)
}

// toDrill is the manifest of the backup to restore.
func (s *Server) toDrill(file string) (manifest, error) {
	c := s.catalogue()
	if file == "" {
		list, err := c.list()
		if err != nil {
			return manifest{}, err
		}
		for _, m := range list {
			if !m.VerifiedAt.IsZero() {
				return m, nil
			}
		}
		return manifest{}, fmt.Errorf("there is no verified backup in %s: take one, or verify one", c.dir)
	}
	name, err := c.name(file)
	if err != nil {
		return manifest{}, err
	}
	m, err := c.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNoManifest):
		return m, fmt.Errorf("there is no %s", c.dump(name))
	case err == nil && m.Database != s.opts.Name:
		return m, fmt.Errorf("its manifest says that it is of database %s, not of %s", m.Database, s.opts.Name)
	}
	return m, err
}

// onScratch restores a backup into a scratch database, looks at it, and hands it to
// then. What has the scratch's name after that is dropped, whatever happens.
func (s *Server) onScratch(ctx context.Context, m manifest, drill *ops.Drill, report func(ops.Progress), then func(scratch string) error) (err error) {
	beside, err := s.newScratch(ctx, m.RawBytes)
	defer func() {
		if dropped := s.drop(ctx, beside); dropped != nil {
			err = errors.Join(err, fmt.Errorf("%w; the next backup or drill tries again", dropped))
		}
	}()
	if err != nil {
		return err
	}
	applied, err := s.Applied(ctx)
	if err != nil {
		return err
	}
	drill.Checks = append(drill.Checks, s.roomSeen())
	began := time.Now()
	rows, err := s.restoreInto(ctx, m, beside, progressOf(max(m.RawBytes, 1), func() string { return "restoring" }, report))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	drill.Checks = append(drill.Checks, ops.Finding{Check: "restore", Level: ops.Pass,
		Fact: fmt.Sprintf("restored in %s, and its SHA-256 is the one of its manifest", time.Since(began).Round(100*time.Millisecond))})
	report(ops.Progress{Fraction: almost, Note: "counting rows"})
	if err := s.inScratch(ctx, beside, func(conn *pgx.Conn) error { return inspect(ctx, conn, held{rows, applied}, drill) }); err != nil {
		return err
	}
	return then(beside)
}

// roomSeen tells whether it was seen that the disk has room for the drill.
func (s *Server) roomSeen() ops.Finding {
	if s.opts.DataDir == "" {
		return ops.Finding{Check: "disk", Level: ops.Pass, Fact: "not looked at: the server's disk cannot be seen from here"}
	}
	return ops.Finding{Check: "disk", Level: ops.Pass, Fact: "room for a second database"}
}

// inScratch runs f over a connection to the scratch database.
func (s *Server) inScratch(ctx context.Context, name string, f func(*pgx.Conn) error) error {
	conn, err := s.connectTo(ctx, name, ownName)
	if err != nil {
		return err
	}
	defer s.leave(ctx, conn)
	if _, err = conn.Exec(ctx, besideSQL); err == nil {
		err = f(conn)
	}
	return err
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(n) + " " + noun + "s"
}
