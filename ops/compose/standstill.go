package compose

import (
	"context"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// keepStopped sees to it that an engine that is restarted leaves a stopped
// container alone: it does so by itself for every policy but "always", for which
// "unless-stopped" is the same in all else.
func (p *Platform) keepStopped(ctx context.Context, i instance) error {
	if i.policy != container.RestartPolicyAlways {
		return nil
	}
	return p.setPolicy(ctx, i, container.RestartPolicyUnlessStopped)
}

// letRestart gives a container that is started again the policy that it had.
func (p *Platform) letRestart(ctx context.Context, a aim, i instance) error {
	if i.policy != container.RestartPolicyUnlessStopped || !alwaysRestarts(a.declared) {
		return nil
	}
	return p.setPolicy(ctx, i, container.RestartPolicyAlways)
}

func (p *Platform) setPolicy(ctx context.Context, i instance, policy container.RestartPolicyMode) error {
	return p.retry(ctx, "set the restart policy of container "+i.name, func() error {
		_, err := p.engine.ContainerUpdate(ctx, i.id, client.ContainerUpdateOptions{RestartPolicy: &container.RestartPolicy{Name: policy}})
		return err
	})
}

// alwaysRestarts reads a service as Compose does: deploy wins.
func alwaysRestarts(s types.ServiceConfig) bool {
	policy := s.Restart
	if s.Deploy != nil && s.Deploy.RestartPolicy != nil {
		policy = s.Deploy.RestartPolicy.Condition
	}
	return policy == "always" || policy == "any"
}
