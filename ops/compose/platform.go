package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/flags"
	"github.com/docker/compose/v5/pkg/api"
	composelib "github.com/docker/compose/v5/pkg/compose"
	"github.com/moby/moby/client"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/migrations"
)

// The defaults of Options.
const (
	DefaultEnvFile        = ".env"
	DefaultHealthPath     = "/health"
	DefaultMigrationsPath = "/app/migrations"
	DefaultHealthTimeout  = 5 * time.Minute
	DefaultHealthInterval = time.Second
	DefaultSettle         = 3 * time.Second
	DefaultRetry          = time.Minute
	// The longest migration that an operator would plan a night for.
	DefaultMigrationTimeout = 12 * time.Hour
	DefaultDatabaseVariable = "DATABASE_URL"
	DefaultRead             = "/v1/exports"
)

// Options say which project is driven, and how patiently.
type Options struct {
	// ProjectDir is the folder of the Compose project; Files are its Compose
	// files in order, found as Compose does when empty.
	ProjectDir string
	Files      []string
	// Project is the project's name; Compose's own choice when empty.
	Project string
	// EnvFile is where the tags are pinned, by default .env in ProjectDir.
	EnvFile string
	// DockerHost is the engine's address; the docker command's own when empty.
	DockerHost string
	// Services are those that are upgraded.
	Services map[ops.Component]ServiceOptions
	// MigrationsPath is where the API image keeps its migrations.
	MigrationsPath string
	// Bundle is where the migrations of a release are read instead; empty: from the image.
	Bundle migrations.Bundle
	// Parser tells what migrations do; a new one when nil.
	Parser *migrations.Parser
	// HealthTimeout is how long a new container may take to become healthy;
	// HealthInterval is how often that is looked at.
	HealthTimeout  time.Duration
	HealthInterval time.Duration
	// Migrating asks the database whether its schema is being changed at this moment.
	// In a window, time in which it is does not count against HealthTimeout. Without
	// an answer, an API that does not listen yet is taken to migrate.
	Migrating func(context.Context) (bool, error)
	// MigrationTimeout is how long migrations may take in a window, all together.
	MigrationTimeout time.Duration
	// Settle is how long a new container must have been healthy before an old
	// one is told to stop: as long as the edge may believe an old DNS answer.
	Settle time.Duration
	// Drain is how long an old container may take to end its requests; the
	// project's stop_grace_period when zero.
	Drain time.Duration
	// Retry is for how long an engine that does not answer is asked again.
	Retry time.Duration
	// Trials say how a version of the API is tried on a copy of the data.
	Trials TrialOptions
	Log    *logrus.Entry
}

// TrialOptions say how the API is tried.
type TrialOptions struct {
	// DatabaseVariable is the variable of the API's service that has its database's URL.
	DatabaseVariable string
	// Environment has variables that a trial gets beside those of the service, as
	// NAME=value: they keep it from what it would do besides answering.
	Environment []string
	// Reads are routes that read the tables.
	Reads []string
	// Token is the bearer token for them; nil for none.
	Token func() string
}

// ServiceOptions tell a service of the project by name, and where it answers
// inside its container.
type ServiceOptions struct {
	Name       string
	Port       int
	HealthPath string
}

// Platform is one Compose project on one engine.
type Platform struct {
	options Options
	engine  client.APIClient
	compose api.Compose
	config  *configfile.ConfigFile
	web     *http.Client
	log     *logrus.Entry
}

// Open connects to the engine and reads the project once, so that a mistake in
// either is told at once.
func Open(ctx context.Context, o Options) (*Platform, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	p := &Platform{options: o, log: o.Log, web: newHealthClient()}
	if err := p.connect(ctx); err != nil {
		return nil, fmt.Errorf("open compose project %s: %w", o.ProjectDir, err)
	}
	if err := p.verify(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close lets go of the engine.
func (p *Platform) Close() error {
	p.web.CloseIdleConnections()
	return p.engine.Close()
}

// Handlers perform the steps that concern containers.
func (p *Platform) Handlers() ops.Handlers {
	return ops.Handlers{
		ops.PullImages: puller{p}, ops.Roll: roller{p}, ops.Pin: pinner{p},
		ops.StopService: stopper{p}, ops.StartService: starter{p},
	}
}

func (o Options) complete() (Options, error) {
	dir, err := filepath.Abs(o.ProjectDir)
	if err != nil {
		return o, fmt.Errorf("find project folder %q: %w", o.ProjectDir, err)
	}
	o.ProjectDir = dir
	o.Files = slices.Clone(o.Files)
	for i, f := range o.Files {
		o.Files[i] = o.within(f)
	}
	o.EnvFile = o.within(orDefault(o.EnvFile, DefaultEnvFile))
	o.MigrationsPath = orDefault(o.MigrationsPath, DefaultMigrationsPath)
	if o.Parser == nil {
		o.Parser = &migrations.Parser{}
	}
	o.HealthTimeout = orDefault(o.HealthTimeout, DefaultHealthTimeout)
	o.HealthInterval = orDefault(o.HealthInterval, DefaultHealthInterval)
	o.MigrationTimeout = orDefault(o.MigrationTimeout, DefaultMigrationTimeout)
	o.Settle = orDefault(o.Settle, DefaultSettle)
	o.Retry = orDefault(o.Retry, DefaultRetry)
	o.Trials.DatabaseVariable = orDefault(o.Trials.DatabaseVariable, DefaultDatabaseVariable)
	if len(o.Trials.Reads) == 0 {
		o.Trials.Reads = []string{DefaultRead}
	}
	if o.Log == nil {
		quiet := logrus.New()
		quiet.SetOutput(io.Discard)
		o.Log = logrus.NewEntry(quiet)
	}
	services := map[ops.Component]ServiceOptions{}
	for component, s := range o.Services {
		if s.Name == "" || s.Port == 0 {
			return o, fmt.Errorf("service of component %s: a name and a port are needed, so that its health can be asked", component)
		}
		s.HealthPath = "/" + strings.TrimPrefix(orDefault(s.HealthPath, DefaultHealthPath), "/")
		services[component] = s
	}
	o.Services = services
	return o, nil
}

func (o Options) within(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(o.ProjectDir, path)
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// connect makes the engine's client as the docker command would, contexts and
// proxies included, and Compose's library on top of it without a terminal.
func (p *Platform) connect(ctx context.Context) error {
	// docker/cli sets the level of logrus's standard logger as it initialises.
	level := logrus.GetLevel()
	defer logrus.SetLevel(level)

	flagged := &flags.ClientOptions{}
	if p.options.DockerHost != "" {
		flagged.Hosts = []string{p.options.DockerHost}
	}
	p.config = config.LoadDefaultConfigFile(io.Discard)
	engine, err := command.NewAPIClientFromFlags(flagged, p.config)
	if err != nil {
		return err
	}
	p.engine = engine
	cli, err := command.NewDockerCli(command.WithBaseContext(ctx), command.WithAPIClient(veiled{engine}),
		command.WithOutputStream(io.Discard), command.WithErrorStream(io.Discard),
		command.WithInputStream(io.NopCloser(strings.NewReader(""))))
	if err != nil {
		return err
	}
	if err := cli.Initialize(flagged); err != nil {
		return err
	}
	p.compose, err = composelib.NewComposeService(cli, composelib.WithPrompt(refuse))
	return err
}

// refuse is what Compose gets when it wants to ask a person something.
func refuse(question string, _ bool) (bool, error) {
	return false, fmt.Errorf("compose asks %q, which only a person may answer: run docker compose up -d by hand first", question)
}

func (p *Platform) verify(ctx context.Context) error {
	if _, err := p.engine.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return fmt.Errorf("reach the Docker engine at %s: %w", p.engine.DaemonHost(), err)
	}
	project, err := p.load(ctx, nil)
	if err != nil {
		return err
	}
	for component, s := range p.options.Services {
		if _, err := project.GetService(s.Name); err != nil {
			return fmt.Errorf("component %s: project %s has no service %q: it has %s",
				component, project.Name, s.Name, strings.Join(project.ServiceNames(), ", "))
		}
	}
	return nil
}
