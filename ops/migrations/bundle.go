package migrations

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/keeptrusts/ktops/ops"
)

// Bundle is where releases are on this machine: a path with {version} in it, of a
// folder or of an archive (.tar, .tar.gz, .tgz, .tar.zst).
type Bundle string

// folderName is the folder of a bundle that has its migrations, wherever it is.
const folderName = "migrations"

// maxWindow bounds the memory that an archive may ask for to be unpacked.
const maxWindow = 128 << 20

// Path is where the bundle of a version is.
func (b Bundle) Path(v ops.Version) string {
	return strings.ReplaceAll(string(b), "{version}", v.String())
}

// Read reads the migrations of a version; nothing is unpacked to the disk.
func (b Bundle) Read(ctx context.Context, v ops.Version) ([]File, error) {
	name := b.Path(v)
	found, err := readBundle(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no release bundle %s: put it there, or correct releases.bundle", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read release bundle %s: %w", name, err)
	}
	return found, nil
}

func readBundle(ctx context.Context, name string) ([]File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return readFolder(ctx, name)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is neither a folder nor a file")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	return readArchive(ctx, name, file)
}

func readArchive(ctx context.Context, name string, content io.Reader) ([]File, error) {
	switch {
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		unpacked, err := gzip.NewReader(content)
		if err != nil {
			return nil, err
		}
		content = unpacked
	case strings.HasSuffix(name, ".tar.zst"):
		unpacked, err := zstd.NewReader(content, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		defer unpacked.Close()
		content = unpacked
	case !strings.HasSuffix(name, ".tar"):
		return nil, errors.New("its name ends neither in .tar nor in .tar.gz, .tgz or .tar.zst")
	}
	return readTar(&bounded{ctx: ctx, from: content, left: maxArchive}, isMigrations)
}

// isMigrations reports whether a folder of an archive is one of migrations.
func isMigrations(folder string) bool { return path.Base(folder) == folderName }

// bounded reads until ctx ends, and no more than it may.
type bounded struct {
	ctx  context.Context
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, context.Cause(b.ctx)
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d bytes", int64(maxArchive))
	}
	return n, err
}

// readFolder reads those of the folder's own folder migrations, or of the folder itself.
func readFolder(ctx context.Context, name string) ([]File, error) {
	root, err := os.OpenRoot(name) // so that no link leads out of it
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read
	folder := folderName
	if info, err := root.Stat(folder); err != nil || !info.IsDir() {
		folder = "."
	}
	entries, err := fs.ReadDir(root.FS(), folder)
	if err != nil {
		return nil, err
	}
	var found gathered
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		if err := found.readFile(root, folder, e); err != nil {
			return nil, err
		}
	}
	return found.files()
}

func (g *gathered) readFile(root *os.Root, folder string, entry fs.DirEntry) error {
	if _, ok, err := parseName(entry.Name()); err != nil || !ok {
		return err
	}
	// A link to a file within is followed; a pipe, which would wait for ever, is not.
	info, err := root.Stat(filepath.Join(folder, entry.Name()))
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%q is not a file", entry.Name())
	}
	file, err := root.Open(filepath.Join(folder, entry.Name()))
	if err != nil {
		return err
	}
	defer file.Close() // it was only read
	return g.read(entry.Name(), folder, info.Size(), file)
}
