package wire

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/compose"
)

// platform is a Compose project that is opened when it is first needed: the
// daemon starts, and tells what is wrong, also while the Docker engine is away.
type platform struct {
	options compose.Options

	mu       sync.Mutex
	opened   *compose.Platform
	database migrator
	token    func() string
	closed   bool
}

func newPlatform(c config.Compose, log *logrus.Entry) *platform {
	service := func(s config.Service) compose.ServiceOptions {
		return compose.ServiceOptions{Name: s.Name, Port: s.Port, HealthPath: s.Health}
	}
	p := &platform{}
	p.options = compose.Options{
		ProjectDir: c.Directory, Files: c.Files, Project: c.Project, DockerHost: c.DockerHost,
		Services: map[ops.Component]compose.ServiceOptions{
			ops.API: service(c.Services.API), ops.Console: service(c.Services.Console), ops.Gateway: service(c.Services.Gateway),
		},
		MigrationsPath: c.Migrations, HealthTimeout: c.HealthTimeout.Std(), Drain: c.Drain.Std(), Log: log,
		Migrating: p.migrating,
		Trials: compose.TrialOptions{DatabaseVariable: c.Trials.DatabaseVariable, Environment: c.Trials.Environment,
			Reads: c.Trials.Reads, Token: p.apiToken},
	}
	return p
}

// migrator tells whether somebody changes the schema.
type migrator interface {
	Migrating(ctx context.Context, patience time.Duration) (bool, error)
}

// asks has the platform ask this database; a reload may have made another.
func (p *platform) asks(database migrator) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.database = database
}

// shows has trials of the platform asked with this token; a reload may have made another.
func (p *platform) shows(token func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = token
}

func (p *platform) apiToken() string {
	p.mu.Lock()
	token := p.token
	p.mu.Unlock()
	if token == nil {
		return ""
	}
	return token()
}

// stuckAfter is how long a migration may wait for a lock. In a window nobody else works
// on its tables: one that waits longer waits for a session that was forgotten.
const stuckAfter = time.Minute

func (p *platform) migrating(ctx context.Context) (bool, error) {
	p.mu.Lock()
	database := p.database
	p.mu.Unlock()
	return database.Migrating(ctx, stuckAfter)
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
