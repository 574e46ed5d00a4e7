package wire

import (
	"context"
	"errors"
	"sync"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/compose"
)

// platform is a Compose project that is opened when it is first needed: the
// daemon starts, and tells what is wrong, also while the Docker engine is away.
type platform struct {
	options compose.Options

	mu     sync.Mutex
	opened *compose.Platform
	closed bool
}

func newPlatform(c config.Compose, log *logrus.Entry) *platform {
	service := func(s config.Service) compose.ServiceOptions {
		return compose.ServiceOptions{Name: s.Name, Port: s.Port, HealthPath: s.Health}
	}
	return &platform{options: compose.Options{
		ProjectDir: c.Directory, Files: c.Files, Project: c.Project, DockerHost: c.DockerHost,
		Services: map[ops.Component]compose.ServiceOptions{
			ops.API: service(c.Services.API), ops.Console: service(c.Services.Console), ops.Gateway: service(c.Services.Gateway),
		},
		MigrationsPath: c.Migrations, HealthTimeout: c.HealthTimeout.Std(), Drain: c.Drain.Std(), Log: log,
	}}
}

var errClosed = errors.New("ktops is stopping")

// get opens the project; what failed is tried again by the next call. The project
// outlives the request that opened it.
func (p *platform) get(ctx context.Context) (*compose.Platform, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if p.opened != nil {
		return p.opened, nil
	}
	opened, err := compose.Open(context.WithoutCancel(ctx), p.options)
	if err != nil {
		return nil, err
	}
	p.opened = opened
	return opened, nil
}

// Observe implements ops.Platform.
func (p *platform) Observe(ctx context.Context, target ops.Version) (ops.PlatformState, error) {
	opened, err := p.get(ctx)
	if err != nil {
		return ops.PlatformState{}, err
	}
	return opened.Observe(ctx, target)
}

// running is the version of the API that runs, as text; empty when it cannot be seen.
func (p *platform) running(ctx context.Context) string {
	state, err := p.Observe(ctx, ops.Version{})
	if err != nil {
		return ""
	}
	api := state.Service(ops.API)
	if api == nil || len(api.Containers) == 0 {
		return ""
	}
	return api.Containers[0].Version.String()
}

func (p *platform) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.opened == nil {
		return nil
	}
	return p.opened.Close()
}
