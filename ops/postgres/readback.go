package postgres

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// readBack reads a backup from the disk to its last byte and counts the tables
// whose data is in it. Any difference from its manifest is an error.
func (s *Server) readBack(ctx context.Context, m manifest, progress func(n int64)) (int, error) {
	file, err := os.Open(m.File)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() != m.Bytes {
		return 0, fmt.Errorf("it has %d bytes, its manifest says %d: it was cut off or changed", info.Size(), m.Bytes)
	}
	sum := sha256.New()
	tables, err := s.readArchive(ctx, io.TeeReader(file, sum), m, progress)
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	// A damaged file is called that, whichever reader stumbled over it first.
	if damage := compareSum(file, sum, m.SHA256); damage != nil {
		return 0, damage
	}
	return tables, err
}

// compareSum reads what the archive's reader left of the file, and compares.
func compareSum(file *os.File, sum hash.Hash, want string) error {
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("its SHA-256 is %s, its manifest says %s: it was damaged or changed", got, want)
	}
	return nil
}

func (s *Server) readArchive(ctx context.Context, file io.Reader, m manifest, progress func(n int64)) (int, error) {
	stream, err := zstd.NewReader(file)
	if err != nil {
		return 0, fmt.Errorf("decompress it: %w", err)
	}
	defer stream.Close()
	raw := bufio.NewReaderSize(stream, readAtOnce)
	head, err := peekHeader(raw)
	if err != nil {
		return 0, err
	}
	if head.database != s.opts.Name {
		return 0, fmt.Errorf("it is a dump of database %s, not of %s", head.database, s.opts.Name)
	}
	if _, err := s.clientFor(ctx, "pg_restore", head.server); err != nil {
		return 0, err
	}
	n, tables, err := s.restoreToNowhere(ctx, raw, progress)
	if err == nil && n != m.RawBytes {
		err = fmt.Errorf("%d bytes came out of it, its manifest says %d", n, m.RawBytes)
	}
	return tables, err
}

// restoreToNowhere has pg_restore read the whole archive, and beside it a second one
// list the table of contents from the same stream.
func (s *Server) restoreToNowhere(ctx context.Context, archive io.Reader, progress func(n int64)) (int64, int, error) {
	restoring, toRestore := io.Pipe()
	listing, toList := io.Pipe()
	var contents bytes.Buffer
	var restored, listed error
	var readers sync.WaitGroup
	readers.Go(func() { restored = s.pgRestore(ctx, restoring, io.Discard, nil, "--file=/dev/null") })
	readers.Go(func() { listed = s.pgRestore(ctx, listing, &contents, nil, "--list") })
	raw := &counter{Writer: io.MultiWriter(toRestore, toList), each: progress}
	_, err := io.CopyBuffer(raw, untilDone{ctx, archive}, make([]byte, readAtOnce))
	if err != nil {
		err = fmt.Errorf("decompress it: %w", err)
	}
	_, _ = toRestore.CloseWithError(err), toList.CloseWithError(err) // these never fail
	readers.Wait()
	return raw.n, countTables(contents.String()), cmp.Or(err, restored, listed)
}

// pgRestore runs pg_restore over an archive, and then takes what it left, for the
// other readers of the stream are not finished with it.
func (s *Server) pgRestore(ctx context.Context, archive io.Reader, out io.Writer, env []string, args ...string) error {
	cmd, err := s.command(ctx, "pg_restore", env, args...)
	if err == nil {
		var complaint tail
		cmd.Stdin, cmd.Stdout, cmd.Stderr = archive, out, &complaint
		err = complaint.explain(cmd.Run())
	}
	if _, drained := io.Copy(io.Discard, archive); err == nil {
		err = drained
	}
	if err != nil {
		return fmt.Errorf("pg_restore %s: %w", args[0], err)
	}
	return nil
}

// untilDone is a reader that ends with its context.
type untilDone struct {
	ctx context.Context
	io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.Reader.Read(p)
}

// countTables counts the entries of table data in pg_restore's listing:
//
//	3307; 0 16386 TABLE DATA public events keeptrusts
func countTables(listing string) int {
	n := 0
	for line := range strings.Lines(listing) {
		if words := strings.Fields(line); len(words) > 4 && words[3] == "TABLE" && words[4] == "DATA" {
			n++
		}
	}
	return n
}
