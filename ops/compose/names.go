package compose

import (
	"context"

	"github.com/moby/moby/client"
)

// freeName takes the name that the service's one container must have, where the
// project sets it, from a stopped one that still has it. The other is called as
// Compose calls containers that it is about to replace.
func (p *Platform) freeName(ctx context.Context, a aim, all []instance) error {
	for _, i := range all {
		if i.name == a.declared.ContainerName && !a.of(i) {
			return p.rename(ctx, i, short(i.id)+"_"+i.name)
		}
	}
	return nil
}

// giveName gives a container that is started again the name that the project sets.
func (p *Platform) giveName(ctx context.Context, a aim, i instance) error {
	if a.declared.ContainerName == "" || i.name == a.declared.ContainerName {
		return nil
	}
	return p.rename(ctx, i, a.declared.ContainerName)
}

func (p *Platform) rename(ctx context.Context, i instance, name string) error {
	return p.retry(ctx, "rename container "+i.name, func() error {
		now, err := p.inspect(ctx, i.id)
		if err != nil || now.name == name {
			return err
		}
		_, err = p.engine.ContainerRename(ctx, i.id, client.ContainerRenameOptions{NewName: name})
		return err
	})
}
