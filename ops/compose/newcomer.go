package compose

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/compose/v5/pkg/api"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// createTimeout bounds making one container, which pulls nothing.
	createTimeout = 2 * time.Minute
	// discardGrace is how long a new container that is given up may take to end
	// what it was asked in the meantime.
	discardGrace = 10 * time.Second
)

// add creates and starts one container more through Compose and returns all
// that are up. Once begun it is finished even when ctx ends, so that what was
// made is known and can be removed.
func (p *Platform) add(ctx context.Context, a aim, up []instance) ([]instance, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	making, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	defer cancel()
	project, err := only(a.project, a.service.Name, len(up)+1)
	if err != nil {
		return nil, err
	}
	what := "start a container of service " + a.service.Name
	// Both look first: Create counts the containers that are there, and Start
	// starts those that do not run yet.
	err = p.retry(making, what, func() error {
		return p.compose.Create(making, project, api.CreateOptions{Services: []string{a.service.Name},
			IgnoreOrphans: true, Recreate: api.RecreateNever, RecreateDependencies: api.RecreateNever, SkipProviders: true})
	})
	if err == nil {
		err = p.retry(making, what, func() error {
			return p.compose.Start(making, project.Name, api.StartOptions{Project: project})
		})
	}
	if err != nil {
		_, tidied := p.removeStopped(making, project.Name, a.service.Name)
		return nil, errors.Join(err, tidied)
	}
	all, err := p.instances(making, project.Name, a.service.Name)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if i.number > highest(up) {
			p.log.WithField("container", i.name).WithField("image", i.image).Info("container started")
		}
	}
	return all, nil
}

func highest(all []instance) int {
	number := 0
	for _, i := range all {
		number = max(number, i.number)
	}
	return number
}

// discard says why a new container did not prove itself, with its last words,
// and removes it when it is spare: when as many others serve as did before. Once
// the lease is lost the container is the next runner's, which may already have
// stopped an old one for it.
func (p *Platform) discard(ctx context.Context, i instance, spare bool, why error) error {
	stopped := ctx.Err() != nil
	tidy, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	failure := fmt.Errorf("container %s of %s: %w", i.name, i.image, why)
	if !stopped {
		failure = p.withLastWords(tidy, i, failure)
	}
	if !spare || errors.Is(context.Cause(ctx), ops.ErrFenced) {
		return failure
	}
	p.log.WithField("container", i.name).WithError(why).Warn("remove the new container, the old ones still serve")
	return errors.Join(failure, p.stop(tidy, i, discardGrace), p.remove(tidy, i.id, withVolumes))
}
