package migrations

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
)

// Bounds, so that a wrong path or a hostile archive cannot fill the memory.
const (
	maxFile  = 16 << 20
	maxFiles = 10_000
	maxAll   = 64 << 20
	// maxArchive bounds what is unpacked on the way to the migrations of a bundle.
	maxArchive = 16 << 30
)

var errNone = errors.New("there are no migration files")

// ReadTar reads the migrations in a tar of their folder, as sqlx finds them: the files
// of the folder itself, named NNNN_description.sql.
func ReadTar(stream io.Reader) ([]File, error) {
	return readTar(stream, func(folder string) bool { return folder == "." || path.Dir(folder) == "." })
}

// readTar reads those in the folders that are wanted.
func readTar(stream io.Reader, wanted func(folder string) bool) ([]File, error) {
	var found gathered
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found.files()
		}
		if err != nil {
			return nil, err
		}
		name := path.Clean(header.Name)
		if !wanted(path.Dir(name)) {
			continue
		}
		switch header.Typeflag {
		case tar.TypeReg:
		case tar.TypeLink, tar.TypeSymlink: // sqlx follows them, so it would apply what was passed over
			if _, ok, err := parseName(path.Base(name)); err != nil {
				return nil, err
			} else if ok {
				return nil, fmt.Errorf("%q is a link, whose content is not read: make it a file", header.Name)
			}
			continue
		default:
			continue
		}
		if err := found.read(path.Base(name), path.Dir(name), header.Size, archive); err != nil {
			return nil, err
		}
	}
}

// gathered are migrations that were found so far.
type gathered struct {
	all    []File
	folder string
	bytes  int64
}

// read takes in the migration in a file; other files it leaves unread.
func (g *gathered) read(name, folder string, size int64, content io.Reader) error {
	if _, ok, err := parseName(name); err != nil || !ok {
		return err
	}
	switch {
	case size > maxFile:
		return fmt.Errorf("%q has %d bytes, which no migration has", name, size)
	case len(g.all) == maxFiles:
		return fmt.Errorf("there are more than %d migrations", maxFiles)
	case len(g.all) > 0 && folder != g.folder:
		return fmt.Errorf("both folders %q and %q have migrations: keep one", g.folder, folder)
	}
	text, err := io.ReadAll(io.LimitReader(content, maxFile+1))
	if err != nil {
		return fmt.Errorf("%q: %w", name, err)
	}
	g.bytes += int64(len(text))
	if len(text) > maxFile || g.bytes > maxAll {
		return fmt.Errorf("%q: the migrations have more than %d bytes together", name, maxAll)
	}
	file, _, err := newFile(name, text)
	if err != nil {
		return err
	}
	g.all, g.folder = append(g.all, file), folder
	return nil
}

// files are those that were found, in order.
func (g *gathered) files() ([]File, error) {
	if len(g.all) == 0 {
		return nil, errNone
	}
	slices.SortFunc(g.all, func(a, b File) int { return cmp.Compare(a.Version, b.Version) })
	for i := range g.all[1:] {
		if a, b := g.all[i], g.all[i+1]; a.Version == b.Version {
			return nil, fmt.Errorf("%d is the version of both %q and %q: which one runs cannot be told", a.Version, a.Description, b.Description)
		}
	}
	return g.all, nil
}
