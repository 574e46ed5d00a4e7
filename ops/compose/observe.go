package compose

import (
	"context"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/migrations"
)

// Observe looks at the driven services and at the images of target. The API
// image of the target is pulled when it is not here, for its migrations decide
// how to upgrade; nothing that runs is touched.
func (p *Platform) Observe(ctx context.Context, target ops.Version) (ops.PlatformState, error) {
	var state ops.PlatformState
	project, err := p.load(ctx, nil)
	if err != nil {
		return state, err
	}
	pins, err := p.pins(ctx)
	if err != nil {
		return state, err
	}
	for _, component := range ops.Services() {
		options, ok := p.options.Services[component]
		if !ok {
			continue
		}
		service, leftovers, err := p.observeService(ctx, project, component, options, pins[options.Name])
		if err != nil {
			return state, err
		}
		state.Services = append(state.Services, service)
		state.Leftovers = append(state.Leftovers, leftovers...)
	}
	temporary, err := p.temporaries(ctx, project.Name)
	if err != nil {
		return state, err
	}
	state.Leftovers = append(state.Leftovers, temporary...)
	if target.IsZero() {
		return state, nil
	}
	return p.observeTarget(ctx, state, project.Name, pins, target)
}

func (p *Platform) observeService(ctx context.Context, project *types.Project, component ops.Component, o ServiceOptions, pin tagPin) (ops.Service, []ops.Container, error) {
	service, err := project.GetService(o.Name)
	if err != nil {
		return ops.Service{}, nil, fmt.Errorf("component %s: %w", component, err)
	}
	all, err := p.instances(ctx, project.Name, o.Name)
	if err != nil {
		return ops.Service{}, nil, err
	}
	declared, others := split(all, service.Image, "")
	running := len(declared) + len(others)
	healthy := p.healthOf(ctx, all, o)
	observed := ops.Service{Component: component, Name: o.Name, Replicas: service.GetScale(),
		Variable: pin.Variable, Fixed: fixed(project, service), Bound: bound(project, service)}
	var leftovers []ops.Container
	for n, i := range all {
		content, err := p.contentOf(ctx, i)
		if err != nil {
			return ops.Service{}, nil, err
		}
		c := i.observed(pin.version(i.image), content, healthy[n])
		if i.up() {
			observed.Containers = append(observed.Containers, c)
		}
		if leftover(i, service.Image, running, observed.Replicas) {
			leftovers = append(leftovers, c)
		}
	}
	return observed, leftovers, ctx.Err()
}

// healthOf asks all containers at once, for one that hangs takes seconds.
func (p *Platform) healthOf(ctx context.Context, all []instance, o ServiceOptions) []bool {
	healthy := make([]bool, len(all))
	var asking errgroup.Group
	for n, i := range all {
		asking.Go(func() error {
			healthy[n] = p.health(ctx, i, o) == nil
			return nil
		})
	}
	_ = asking.Wait()
	return healthy
}

func (p *Platform) observeTarget(ctx context.Context, state ops.PlatformState, project string, pins map[string]tagPin, target ops.Version) (ops.PlatformState, error) {
	aimed, err := p.load(ctx, valuesFor(pins, target))
	if err != nil {
		return state, err
	}
	engine, err := p.enginePlatform(ctx)
	if err != nil {
		return state, err
	}
	for _, s := range state.Services {
		if s.Variable == "" {
			continue // the planner says so
		}
		image, err := p.targetImage(ctx, s.Component, aimed.Services[s.Name].Image, engine)
		if err != nil {
			return state, err
		}
		if s.Component == ops.API {
			files, unread, err := p.targetMigrations(ctx, project, image, target)
			if err != nil {
				return state, err
			}
			state.Migrations, state.MigrationsUnread = migrations.List(files), unread
			state.SQL = p.options.Parser.Read(files)
			state.Known = p.knownMigrations(ctx, project, s)
		}
		state.Images = append(state.Images, image)
	}
	return state, nil
}

// targetMigrations reads the migrations of the target API image, or says why
// they cannot be read. Only an end of ctx is an error.
func (p *Platform) targetMigrations(ctx context.Context, project string, image ops.TargetImage, target ops.Version) ([]migrations.File, string, error) {
	if err := p.removeTemporaries(ctx, project); err != nil {
		return nil, "", err
	}
	if p.options.Bundle != "" {
		found, err := p.options.Bundle.Read(ctx, target)
		if err != nil {
			return nil, err.Error(), ctx.Err()
		}
		return found, "", nil
	}
	if image.Missing != "" {
		return nil, "image " + image.Ref + " " + image.Missing, nil
	}
	if !image.Local {
		p.log.WithField("image", image.Ref).Info("pull the API image to read its migrations")
		if err := p.pull(ctx, image.Ref, func(float64, string) {}); err != nil {
			return nil, err.Error(), ctx.Err()
		}
	}
	found, err := p.imageMigrations(ctx, project, image.Ref)
	if err != nil {
		return nil, err.Error(), ctx.Err()
	}
	return found, "", nil
}

// knownMigrations are those of the API that runs, the oldest where there are
// several. An image that cannot be read any more tells nothing.
func (p *Platform) knownMigrations(ctx context.Context, project string, api ops.Service) []ops.Migration {
	if len(api.Containers) == 0 {
		return nil
	}
	oldest := slices.MinFunc(api.Containers, func(a, b ops.Container) int { return a.Version.Compare(b.Version) })
	known, err := p.migrations(ctx, project, oldest.Image, oldest.Version)
	if err != nil {
		p.log.WithError(err).WithField("image", oldest.Image).Warn("cannot read which migrations the running API has")
	}
	return migrations.List(known)
}

// valuesFor are the variables' values once every service is at a version.
func valuesFor(pins map[string]tagPin, v ops.Version) map[string]string {
	values := map[string]string{}
	for _, pin := range pins {
		values[pin.Variable] = pin.value(v)
	}
	return values
}
