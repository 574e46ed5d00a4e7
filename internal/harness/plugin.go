package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

const composeModule = "github.com/docker/compose/v5"

// Compose runs the ordinary `docker compose` in the project's directory, as an
// operator would, and returns what it printed.
func (p *Platform) Compose(ctx context.Context, args ...string) (string, error) {
	env, err := p.cliEnv(ctx)
	if err != nil {
		return "", err
	}
	return runCommand(ctx, p.Dir, env, "docker", append([]string{"compose"}, args...)...)
}

// ComposeUp runs `docker compose up -d` and says whether that changed any container.
func (p *Platform) ComposeUp(ctx context.Context) (changed bool, output string, err error) {
	before, err := p.starts(ctx)
	if err != nil {
		return false, "", err
	}
	if output, err = p.Compose(ctx, "up", "-d"); err != nil {
		return false, output, err
	}
	after, err := p.starts(ctx)
	return !maps.Equal(before, after), output, err
}

// Containers lists the containers of one of the project's services, or of all when
// service is empty; stopped ones too, and those that were left over.
func (p *Platform) Containers(ctx context.Context, service string) ([]container.Summary, error) {
	labels := make(client.Filters).Add("label", "com.docker.compose.project="+p.Name)
	if service != "" {
		labels.Add("label", "com.docker.compose.service="+service)
	}
	all, err := p.engine.Client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: labels})
	if err != nil {
		return nil, fmt.Errorf("list the project's containers: %w", err)
	}
	return all.Items, nil
}

// starts tells of each container its name and when it was started, which is what
// tells whether it is still the same.
func (p *Platform) starts(ctx context.Context) (map[string]string, error) {
	all, err := p.Containers(ctx, "")
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, c := range all {
		looked, err := p.engine.Client.ContainerInspect(ctx, c.ID, client.ContainerInspectOptions{})
		if err != nil {
			return nil, fmt.Errorf("look at container %s: %w", c.ID, err)
		}
		found[c.ID] = looked.Container.Name + " " + looked.Container.State.StartedAt
	}
	return found, nil
}

// cliEnv points the docker command at the world's engine and at the plugin.
func (p *Platform) cliEnv(ctx context.Context) ([]string, error) {
	config, err := composePlugin(ctx)
	if err != nil {
		return nil, err
	}
	return []string{"DOCKER_HOST=" + p.engine.Host, "DOCKER_CONFIG=" + config}, nil
}

// composePlugin builds the ordinary plugin, from the same module as the product
// uses, into the user's cache. It returns a DOCKER_CONFIG that has it.
func composePlugin(ctx context.Context) (config string, err error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	version, err := runCommand(ctx, "", nil, "go", "list", "-m", "-f", "{{.Version}}", composeModule)
	if err != nil {
		return "", err
	}
	version = strings.TrimSpace(version)
	config = filepath.Join(cache, "compose-"+version)
	plugin := filepath.Join(config, "cli-plugins", "docker-compose")
	if _, err := os.Stat(plugin); err == nil {
		return config, nil
	}
	if err := buildPlugin(ctx, plugin, version); err != nil {
		return "", fmt.Errorf("build the docker compose plugin: %w", err)
	}
	return config, nil
}

// buildPlugin works on a copy of go.mod: the plugin's command needs a few modules
// that its library does not, and they shall not become ours.
func buildPlugin(ctx context.Context, plugin, version string) (err error) {
	gomod, err := runCommand(ctx, "", nil, "go", "env", "GOMOD")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(plugin), 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(plugin), "build-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, name := range []string{"go.mod", "go.sum"} {
		body, err := os.ReadFile(filepath.Join(filepath.Dir(strings.TrimSpace(gomod)), name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o644); err != nil {
			return err
		}
	}
	built := filepath.Join(dir, "docker-compose")
	if _, err := runCommand(ctx, "", []string{"CGO_ENABLED=0", "GOFLAGS="}, "go", "build", "-mod=mod",
		"-modfile="+filepath.Join(dir, "go.mod"), "-trimpath",
		"-ldflags=-s -w -X "+composeModule+"/internal.Version="+version, "-o", built, composeModule+"/cmd"); err != nil {
		return err
	}
	// The rename is atomic: two builders at once do no harm.
	return os.Rename(built, plugin)
}
