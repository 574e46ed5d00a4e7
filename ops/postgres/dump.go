package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// lockWait bounds how long pg_dump waits for a table that somebody holds
	// exclusively, such as a migration: longer than that it is in the way.
	lockWait = "60s"
	// readAtOnce is also the size of the pipe, Linux's largest for ordinary users.
	// With its default of 64 KB the same backup took about 15 % more processor time.
	readAtOnce = 1 << 20
)

// fill dumps the database into p and is what is known of the dump.
func (s *Server) fill(ctx context.Context, p *partial, name string, report func(ops.Progress)) (ops.Backup, error) {
	backup := ops.Backup{File: p.target, Database: s.opts.Name}
	var err error
	if err = s.before(ctx, &backup); err != nil {
		return backup, err
	}
	if backup.Client, err = s.clientFor(ctx, "pg_dump", backup.Server); err != nil {
		return backup, err
	}
	expected, err := s.expectedBytes(ctx)
	if err != nil {
		return backup, err
	}
	sum := sha256.New()
	written := &counter{Writer: io.MultiWriter(p, sum)}
	compressed, err := zstd.NewWriter(written, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(s.opts.Level)),
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)))
	if err != nil {
		return backup, err
	}
	application := applicationName(name)
	progress, done := s.watchCopy(ctx, application, expected, report)
	raw := &counter{Writer: compressed, each: progress}
	err = s.dump(ctx, application, raw)
	done()
	if closing := compressed.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return backup, err
	}
	backup.Bytes, backup.RawBytes, backup.SHA256 = written.n, raw.n, hex.EncodeToString(sum.Sum(nil))
	return backup, nil
}

// dump runs pg_dump into w. When w fails or ctx ends, pg_dump is stopped, and its
// session on the server with it.
func (s *Server) dump(ctx context.Context, application string, w io.Writer) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd, err := s.command(running, "pg_dump", s.connection(application),
		"--format=custom", "--compress=0", "--no-password", "--lock-wait-timeout="+lockWait)
	if err != nil {
		return err
	}
	var complaint tail
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	growPipe(out)
	if err := cmd.Start(); err != nil {
		return err
	}
	_, copying := io.CopyBuffer(w, readerOnly{out}, make([]byte, readAtOnce))
	if copying != nil {
		stop()
	}
	waiting := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		s.endSession(ctx, application)
		return context.Cause(ctx)
	case copying != nil:
		s.endSession(ctx, application)
		return fmt.Errorf("write the dump: %w", copying)
	case waiting != nil:
		return fmt.Errorf("pg_dump: %w", complaint.explain(waiting))
	}
	return nil
}

// growPipe gives a pipe room for readAtOnce. Where that is not allowed the dump is
// only slower.
func growPipe(pipe io.Reader) {
	file, ok := pipe.(*os.File)
	if !ok {
		return
	}
	if conn, err := file.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, readAtOnce) })
	}
}

// endSession makes sure that the dump's session is gone from the server. pg_dump
// ends it by itself unless it had to be killed, so a failure here is only logged.
func (s *Server) endSession(ctx context.Context, application string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectLimit)
	defer cancel()
	err := s.with(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, endSessionSQL, application)
		return err
	})
	if err != nil {
		s.opts.Log.WithError(err).Warn("cannot see whether the stopped dump's session ended")
	}
}

// before notes what must be known from before the dump begins. What sessions have not
// reported yet of their writing, and what they write until the dump begins, is in the
// dump and will be counted as later all the same.
func (s *Server) before(ctx context.Context, backup *ops.Backup) error {
	return s.look(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT split_part(current_setting('server_version'), ' ', 1)").Scan(&backup.Server); err != nil {
			return err
		}
		p, err := position(ctx, tx)
		if err != nil {
			return err
		}
		p.Loose = "the database was in use when the backup began, and what was written in the seconds before is counted too"
		backup.Position = &p
		backup.Applied, err = applied(ctx, tx)
		return err
	})
}

// expectedBytes is how much pg_dump will write, for the progress only: as much as
// last time, or about the size of the database.
func (s *Server) expectedBytes(ctx context.Context) (int64, error) {
	list, err := s.catalogue().list()
	if err != nil {
		return 0, err
	}
	if len(list) > 0 {
		return max(list[0].RawBytes, 1), nil
	}
	var bytes int64
	err = s.with(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&bytes)
	})
	return max(bytes, 1), err
}

// applicationName is how the dump's session is found on the server, which keeps 63
// bytes of it (PostgreSQL: NAMEDATALEN).
func applicationName(name string) string {
	application := "ktops backup " + name
	return application[:min(len(application), 63)]
}

// counter counts what it passes on.
type counter struct {
	io.Writer
	n    int64
	each func(n int64) // may be nil
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	if c.each != nil {
		c.each(c.n)
	}
	return n, err
}

// readerOnly hides WriteTo, which would choose a buffer of its own.
type readerOnly struct{ io.Reader }
