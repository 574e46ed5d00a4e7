package compose

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

// temporaryLabel marks containers that are only made to read an image; its value
// is the project.
const temporaryLabel = "com.keeptrusts.ktops.temporary"

// abandoned is the age at which a temporary container cannot be in use any more.
const abandoned = 10 * time.Minute

// volumes says what becomes of a container's anonymous volumes.
type volumes bool

const (
	withVolumes volumes = true
	keepVolumes volumes = false
)

// remove takes a container away by force; one that is gone already is fine.
func (p *Platform) remove(ctx context.Context, id string, v volumes) error {
	return p.retry(ctx, "remove container "+short(id), func() error {
		_, err := p.engine.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: bool(v)})
		if errdefs.IsNotFound(err) || errdefs.IsConflict(err) { // gone, or being removed
			return nil
		}
		return err
	})
}

// removeStopped takes away the containers of a service that do not run: what an
// attempt that was interrupted has left. It returns those that are up.
func (p *Platform) removeStopped(ctx context.Context, project, service string) ([]instance, error) {
	all, err := p.instances(ctx, project, service)
	if err != nil {
		return nil, err
	}
	var up []instance
	for _, i := range all {
		if i.up() {
			up = append(up, i)
			continue
		}
		p.log.WithField("container", i.name).Infof("remove a leftover that is %s", i.state.Status)
		if err := p.remove(ctx, i.id, keepVolumes); err != nil {
			return nil, err
		}
	}
	return up, nil
}

// temporaries are the containers made to read images and to try versions, of this
// project, that nobody can be using any more.
func (p *Platform) temporaries(ctx context.Context, project string) ([]ops.Container, error) {
	readers, err := p.labelled(ctx, temporaryLabel+"="+project)
	if err != nil {
		return nil, err
	}
	trials, err := p.trials(ctx, project)
	if err != nil {
		return nil, err
	}
	return append(olderThan(readers, abandoned), olderThan(trials, abandoned+p.options.MigrationTimeout)...), nil
}

func olderThan(all []ops.Container, age time.Duration) []ops.Container {
	return slices.DeleteFunc(all, func(c ops.Container) bool { return time.Since(c.StartedAt) <= age })
}

// removeTemporaries takes away what an interrupted look into an image has left.
func (p *Platform) removeTemporaries(ctx context.Context, project string) error {
	found, err := p.temporaries(ctx, project)
	if err != nil {
		return err
	}
	for _, c := range found {
		if err := p.remove(ctx, c.ID, withVolumes); err != nil {
			return fmt.Errorf("remove temporary container: %w", err)
		}
	}
	return nil
}

// short is an ID as people see it.
func short(id string) string { return id[:min(12, len(id))] }

// leftover reports whether a container is what an unfinished attempt has left:
// it does not run, or it runs beyond the number declared on another image than
// the project says.
func leftover(i instance, declared string, running, replicas int) bool {
	return !i.up() || (running > replicas && i.image != declared)
}
