package compose

import (
	"context"
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/keeptrusts/ktops/ops"
)

// aim is what the containers of a service shall become.
type aim struct {
	project  *types.Project // with the variable set to the version aimed at
	declared types.ServiceConfig
	service  ServiceOptions
	image    string
	imageID  string // the engine's own; empty for any content
	hash     string // of the configuration as Compose writes it; empty for any
	replicas int
}

// of reports whether a container is one of those aimed at.
func (a aim) of(i instance) bool {
	return i.of(a.image, a.imageID) && (a.hash == "" || a.hash == i.hash)
}

// forward aims at the step's image. Every driven variable has its new value, as
// it will once all are pinned.
func (p *Platform) forward(ctx context.Context, step ops.Step) (aim, error) {
	pins, err := p.pins(ctx)
	if err != nil {
		return aim{}, err
	}
	a, err := p.aimAt(ctx, step, valuesFor(pins, step.To))
	if err != nil {
		return aim{}, err
	}
	if step.Image != "" && a.image != step.Image {
		return aim{}, fmt.Errorf("service %s would run %s, but %s was planned: the compose file was changed, so plan again", step.Service, a.image, step.Image)
	}
	if local, err := p.local(ctx, a.image); err != nil {
		return aim{}, err
	} else if local != nil {
		a.imageID = local.id
	}
	return a, nil
}

// backward aims at the version that the step came from.
func (p *Platform) backward(ctx context.Context, step ops.Step) (aim, error) {
	if step.From.IsZero() {
		return aim{}, fmt.Errorf("service %s: it is not known which version ran before, so set %s by hand and run docker compose up -d", step.Service, step.Variable)
	}
	pin, err := p.pinned(ctx, step.Service)
	if err != nil {
		return aim{}, err
	}
	return p.aimAt(ctx, step, map[string]string{pin.Variable: pin.value(step.From)})
}

func (p *Platform) aimAt(ctx context.Context, step ops.Step, values map[string]string) (aim, error) {
	options, err := p.serviceOptions(step.Service)
	if err != nil {
		return aim{}, err
	}
	project, err := p.load(ctx, values)
	if err != nil {
		return aim{}, err
	}
	service, err := project.GetService(step.Service)
	if err != nil {
		return aim{}, fmt.Errorf("service %s: %w", step.Service, err)
	}
	return aim{project: project, declared: service, service: options, image: service.Image, replicas: max(step.Replicas, 1)}, nil
}

func (p *Platform) serviceOptions(name string) (ServiceOptions, error) {
	for _, s := range p.options.Services {
		if s.Name == name {
			return s, nil
		}
	}
	return ServiceOptions{}, fmt.Errorf("service %s is not among those that ktops drives", name)
}
