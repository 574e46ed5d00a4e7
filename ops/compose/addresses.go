package compose

import (
	"context"
	"net"
	"strconv"

	"github.com/moby/moby/api/types/container"

	"github.com/keeptrusts/ktops/ops"
)

// Reachable is a running container with where its service answers, one address for
// each of its networks: not every network need be reachable from here.
type Reachable struct {
	Component ops.Component
	ID        string
	Hosts     []string // address and port
}

// Reachable lists the running containers of the components.
func (p *Platform) Reachable(ctx context.Context, components ...ops.Component) ([]Reachable, error) {
	project, err := p.load(ctx, nil)
	if err != nil {
		return nil, err
	}
	var out []Reachable
	for _, component := range components {
		service, ok := p.options.Services[component]
		if !ok {
			continue
		}
		all, err := p.instances(ctx, project.Name, service.Name)
		if err != nil {
			return nil, err
		}
		for _, i := range all {
			if i.state.Status != container.StateRunning {
				continue
			}
			one := Reachable{Component: component, ID: i.id}
			for _, address := range i.addresses {
				one.Hosts = append(one.Hosts, net.JoinHostPort(address.String(), strconv.Itoa(service.Port)))
			}
			out = append(out, one)
		}
	}
	return out, nil
}
