package compose

import (
	"context"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// veiled is the engine as Compose's library sees it: without the containers that
// a call hides. Compose starts every container of a service that does not run; in
// a window the old ones are kept until the new ones are healthy, and must not.
type veiled struct{ client.APIClient }

type veil struct{}

// hide lets Compose's library not see these containers in calls with the context
// that it returns.
func hide(ctx context.Context, hidden []instance) context.Context {
	return context.WithValue(ctx, veil{}, hidden)
}

// ContainerList lists what is not hidden.
func (v veiled) ContainerList(ctx context.Context, o client.ContainerListOptions) (client.ContainerListResult, error) {
	list, err := v.APIClient.ContainerList(ctx, o)
	hidden, _ := ctx.Value(veil{}).([]instance)
	list.Items = slices.DeleteFunc(list.Items, func(c container.Summary) bool {
		return slices.ContainsFunc(hidden, func(i instance) bool { return i.id == c.ID })
	})
	return list, err
}
