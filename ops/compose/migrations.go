package compose

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/migrations"
)

// cleanupTimeout bounds what must still be tidied up after ctx has ended.
const cleanupTimeout = 30 * time.Second

// migrations reads the migration files of a version, out of its bundle where there are
// bundles, else out of its image.
func (p *Platform) migrations(ctx context.Context, project, image string, v ops.Version) ([]migrations.File, error) {
	if p.options.Bundle != "" {
		return p.options.Bundle.Read(ctx, v)
	}
	return p.imageMigrations(ctx, project, image)
}

// imageMigrations reads them out of an image without running it: from a container
// that is created, never started, and removed again.
func (p *Platform) imageMigrations(ctx context.Context, project, image string) (found []migrations.File, err error) {
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
	found, err = migrations.ReadTar(files.Content)
	if err != nil {
		return nil, fmt.Errorf("read %s of image %s: %w", p.options.MigrationsPath, image, err)
	}
	return found, nil
}
