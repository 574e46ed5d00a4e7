package compose

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/compose/v5/pkg/api"

	"github.com/keeptrusts/ktops/ops"
)

// raise brings a service that nobody is served by to the aim, as many containers at
// a time as the stages say, and then removes all others. It carries on from
// whatever it finds. When ctx ends, what was started goes on: the next attempt
// takes it over, and a migration under way is not thrown away.
func (p *Platform) raise(ctx context.Context, a aim, stages []int, patient patience, report func(ops.Progress)) error {
	if err := p.clear(ctx, a); err != nil {
		return err
	}
	for _, n := range stages {
		report(ops.Progress{Fraction: 0.05, Note: fmt.Sprintf("starting %d of %d on %s", n, a.replicas, a.image)})
		started, err := p.fill(ctx, a, n)
		if err != nil {
			return err
		}
		if err := p.allHealthy(ctx, a, started, patient, report); err != nil {
			return err
		}
	}
	all, err := p.instances(ctx, a.project.Name, a.service.Name)
	if err != nil {
		return err
	}
	return p.removeAll(ctx, without(all, a.part(all).ours), keepVolumes)
}

// clear makes room: nothing else of the service runs beside what is started, since
// an old API would write where a new one migrates, and an old port is in the way.
func (p *Platform) clear(ctx context.Context, a aim) error {
	all, err := p.instances(ctx, a.project.Name, a.service.Name)
	if err != nil {
		return err
	}
	found := a.part(all)
	return together(append(running(found.others), found.ending...), quietly, func(i instance) error { return p.halt(ctx, i) })
}

// fill sees to it that n containers of the aim run, and returns them. Once begun it
// is finished even when ctx ends, so that none is left half made.
func (p *Platform) fill(ctx context.Context, a aim, n int) ([]instance, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	defer cancel()
	all, err := p.instances(ctx, a.project.Name, a.service.Name)
	if err != nil {
		return nil, err
	}
	// One that crashes again and again runs now and then; none is made beside it.
	broken := a.part(all).broken
	if err := p.removeAll(ctx, broken, keepVolumes); err != nil {
		return nil, err
	}
	all = without(all, broken)
	if missing := n - len(a.part(all).ours); missing > 0 {
		if all, err = p.create(ctx, a, all, missing); err != nil {
			return nil, err
		}
	}
	ours := a.part(all).ours
	if len(ours) < n {
		return nil, fmt.Errorf("service %s has %d containers of %s where %d were made: somebody else removes them", a.service.Name, len(ours), a.image, n)
	}
	if idle := without(ours[:n], running(ours[:n])); len(idle) > 0 {
		if err := p.start(ctx, a, all, idle); err != nil {
			return nil, err
		}
	}
	return p.lookAll(ctx, ours[:n])
}

// create makes more containers through Compose and returns all.
func (p *Platform) create(ctx context.Context, a aim, all []instance, missing int) ([]instance, error) {
	if err := p.freeName(ctx, a, all); err != nil {
		return nil, err
	}
	// Create counts the containers that it sees, stopped ones too, and names the new
	// ones by the number that follows; of a name that is set it suffers no second.
	seen, scale := ctx, len(all)+missing
	if a.declared.ContainerName != "" {
		seen, scale = hide(ctx, all), missing
	}
	project, err := only(a.project, a.service.Name, scale)
	if err != nil {
		return nil, err
	}
	err = p.retry(ctx, "create containers of service "+a.service.Name, func() error {
		return p.compose.Create(seen, project, api.CreateOptions{Services: []string{a.service.Name},
			IgnoreOrphans: true, Recreate: api.RecreateNever, RecreateDependencies: api.RecreateNever, SkipProviders: true})
	})
	if err != nil {
		return nil, err
	}
	return p.instances(ctx, a.project.Name, a.service.Name)
}

// start starts some of a service's containers through Compose, which hands them
// their configs and secrets.
func (p *Platform) start(ctx context.Context, a aim, all, idle []instance) error {
	for _, i := range idle {
		if err := errors.Join(p.giveName(ctx, a, i), p.letRestart(ctx, a, i)); err != nil {
			return err
		}
	}
	project, err := only(a.project, a.service.Name, len(idle))
	if err != nil {
		return err
	}
	seen := hide(ctx, without(all, idle))
	return p.retry(ctx, "start containers of service "+a.service.Name, func() error {
		return p.compose.Start(seen, project.Name, api.StartOptions{Project: project})
	})
}

func (p *Platform) lookAll(ctx context.Context, all []instance) ([]instance, error) {
	now := make([]instance, 0, len(all))
	for _, i := range all {
		one, err := p.look(ctx, i)
		if err != nil {
			return nil, err
		}
		now = append(now, one)
	}
	return now, nil
}

// allHealthy waits for all containers at once, and gives up with the first.
func (p *Platform) allHealthy(ctx context.Context, a aim, started []instance, patient patience, report func(ops.Progress)) error {
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	share := func(n int) float64 { return 0.1 + 0.8*float64(n)/float64(a.replicas) }
	count := counter(report, a.replicas, "healthy", share(0), share(a.replicas))
	count(0)
	err := together(started, count, func(i instance) error {
		err := p.awaitHealthy(waiting, i, a.service, patient, func(text string) {
			report(ops.Progress{Fraction: share(0), Note: text})
		})
		switch {
		case err == nil:
			p.log.WithField("container", i.name).WithField("image", i.image).Info("container healthy")
		case waiting.Err() == nil:
			giveUp(p.withLastWords(ctx, i, fmt.Errorf("container %s of %s: %w", i.name, i.image, err)))
		}
		return err
	})
	if err != nil {
		return context.Cause(waiting) // what failed first, not what was given up for it
	}
	return nil
}
