package postgres

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// restoreInto restores a backup into a database and counts beside that, in the same
// stream, the rows that it holds of each table. The stream cannot be read in
// parallel; what takes time is the building of indexes.
func (s *Server) restoreInto(ctx context.Context, m manifest, database string, progress func(n int64)) (map[string]int64, error) {
	file, err := os.Open(m.File)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	sum := sha256.New()
	stream, err := zstd.NewReader(io.TeeReader(file, sum))
	if err != nil {
		return nil, fmt.Errorf("decompress it: %w", err)
	}
	defer stream.Close()
	raw := bufio.NewReaderSize(stream, readAtOnce)
	head, err := peekHeader(raw)
	if err == nil && head.database != s.opts.Name {
		err = fmt.Errorf("it is a dump of database %s, not of %s", head.database, s.opts.Name)
	}
	if err == nil {
		_, err = s.clientFor(ctx, "pg_restore", head.server)
	}
	rows := newCopyRows()
	if err == nil {
		err = s.restoreBoth(ctx, raw, database, rows, progress)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	// A damaged file is called that, whichever reader stumbled over it first.
	if damage := compareSum(file, sum, m.SHA256); damage != nil {
		return nil, errors.Join(damage, s.disownFile(ctx, m))
	}
	return rows.rows, err
}

// disownFile takes back the verification of a backup that turned out damaged.
func (s *Server) disownFile(ctx context.Context, m manifest) error {
	c := s.catalogue()
	name, err := c.name(m.File)
	if err != nil {
		return err
	}
	return s.disown(ctx, c, name, m)
}

// restoreBoth gives one stream to two: one fills the database, the other writes the
// data as text to be counted.
func (s *Server) restoreBoth(ctx context.Context, archive io.Reader, database string, rows *copyRows, progress func(n int64)) error {
	filling, toFill := io.Pipe()
	counting, toCount := io.Pipe()
	var filled, counted error
	var readers sync.WaitGroup
	readers.Go(func() {
		// A database with a subscription could not be dropped again.
		filled = s.pgRestore(ctx, filling, io.Discard, s.connection("ktops drill"), "--exit-on-error", "--no-password", "--no-subscriptions", "--dbname=dbname="+conninfo(database))
	})
	readers.Go(func() { counted = s.pgRestore(ctx, counting, rows, nil, "--data-only", "--file=-") })
	raw := &counter{Writer: io.MultiWriter(toFill, toCount), each: progress}
	_, err := io.CopyBuffer(raw, untilDone{ctx, archive}, make([]byte, readAtOnce))
	if err != nil {
		err = fmt.Errorf("decompress it: %w", err)
	}
	_, _ = toFill.CloseWithError(err), toCount.CloseWithError(err) // these never fail
	readers.Wait()
	return cmp.Or(err, filled, counted)
}
