package compose

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// maxMigration bounds one migration file, so that a wrong path cannot fill
	// the memory.
	maxMigration = 16 << 20
	// cleanupTimeout bounds what must still be tidied up after ctx has ended.
	cleanupTimeout = 30 * time.Second
)

var errNoMigrations = errors.New("there are no migration files")

// migrations reads the migration files out of an image without running it: from
// a container that is created, never started, and removed again.
func (p *Platform) migrations(ctx context.Context, project, image string) (found []ops.Migration, err error) {
	var id string
	err = p.retry(ctx, "create a container to read "+image, func() error {
		created, err := p.engine.ContainerCreate(ctx, client.ContainerCreateOptions{
			Image: image,
			// An image FROM scratch may have no command, and Docker wants one.
			Config: &container.Config{Cmd: []string{"never-started"}, Labels: map[string]string{temporaryLabel: project}},
		})
		id = created.ID
		return err
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
		defer cancel()
		err = errors.Join(err, p.remove(cleanup, id, withVolumes))
	}()
	files, err := p.engine.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: p.options.MigrationsPath})
	if errdefs.IsNotFound(err) {
		return nil, fmt.Errorf("image %s has no folder %s: set where its migrations are", image, p.options.MigrationsPath)
	}
	if err != nil {
		return nil, fmt.Errorf("copy %s out of image %s: %w", p.options.MigrationsPath, image, err)
	}
	defer files.Content.Close()
	found, err = readMigrations(files.Content)
	if err != nil {
		return nil, fmt.Errorf("read %s of image %s: %w", p.options.MigrationsPath, image, err)
	}
	return found, nil
}

// readMigrations reads the migrations in a tar of their folder, as sqlx finds
// them: the files of the folder itself, named NNNN_description.sql.
func readMigrations(stream io.Reader) ([]ops.Migration, error) {
	var found []ops.Migration
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg || strings.Count(path.Clean(header.Name), "/") > 1 {
			continue
		}
		migration, ok, err := parseName(path.Base(header.Name))
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if header.Size > maxMigration {
			return nil, fmt.Errorf("%s has %d bytes, which no migration has", header.Name, header.Size)
		}
		var content bytes.Buffer
		if _, err := io.Copy(&content, archive); err != nil {
			return nil, fmt.Errorf("%s: %w", header.Name, err)
		}
		sum := sha512.Sum384(content.Bytes())
		migration.Checksum, migration.Bytes = hex.EncodeToString(sum[:]), content.Len()
		found = append(found, migration)
	}
	if len(found) == 0 {
		return nil, errNoMigrations
	}
	slices.SortFunc(found, func(a, b ops.Migration) int { return cmp.Compare(a.Version, b.Version) })
	return found, nil
}

// parseName reads a file name as sqlx does (sqlx-core: migrate/source.rs):
// version, description with spaces for underscores, and .down.sql not at all.
func parseName(name string) (ops.Migration, bool, error) {
	number, description, ok := strings.Cut(name, "_")
	if !ok || !strings.HasSuffix(name, ".sql") || strings.HasSuffix(name, ".down.sql") {
		return ops.Migration{}, false, nil
	}
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return ops.Migration{}, false, fmt.Errorf("%s does not begin with a number, which sqlx refuses", name)
	}
	description = strings.TrimSuffix(strings.TrimSuffix(description, ".sql"), ".up")
	return ops.Migration{Version: version, Description: strings.ReplaceAll(description, "_", " ")}, true, nil
}
