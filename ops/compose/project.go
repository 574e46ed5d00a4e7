package compose

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
)

// load reads the project as "docker compose up" would if the variables had the
// values given: a value given wins over .env and over the environment.
func (p *Platform) load(ctx context.Context, variables map[string]string) (*types.Project, error) {
	o := api.ProjectLoadOptions{
		ProjectName: p.options.Project,
		ConfigPaths: p.options.Files,
		WorkingDir:  p.options.ProjectDir,
		EnvFiles:    p.envFiles(),
		Offline:     true,
	}
	if len(variables) > 0 {
		o.ProjectOptionsFns = []cli.ProjectOptionsFn{cli.WithEnv(assignments(variables))}
	}
	project, err := p.compose.LoadProject(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("load compose project in %s: %w", p.options.ProjectDir, err)
	}
	return project, nil
}

// rawImages are the images of the project's services as written in its files,
// before any variable is filled in.
func (p *Platform) rawImages(ctx context.Context) (map[string]string, error) {
	o, err := cli.NewProjectOptions(p.options.Files,
		cli.WithWorkingDirectory(p.options.ProjectDir), cli.WithOsEnv,
		cli.WithEnvFiles(p.envFiles()...), cli.WithDotEnv,
		cli.WithConfigFileEnv, cli.WithDefaultConfigPath, cli.WithName(p.options.Project),
		cli.WithInterpolation(false), cli.WithNormalization(false), cli.WithConsistency(false))
	if err != nil {
		return nil, fmt.Errorf("find compose project in %s: %w", p.options.ProjectDir, err)
	}
	model, err := o.LoadModel(ctx)
	if err != nil {
		return nil, fmt.Errorf("read compose files in %s: %w", p.options.ProjectDir, err)
	}
	images := map[string]string{}
	services, _ := model["services"].(map[string]any)
	for name, service := range services {
		definition, _ := service.(map[string]any)
		if image, ok := definition["image"].(string); ok {
			images[name] = image
		}
	}
	return images, nil
}

// envFiles is nothing for the ordinary .env, so that containers carry the labels
// that an ordinary "docker compose up" writes.
func (p *Platform) envFiles() []string {
	if p.options.EnvFile == filepath.Join(p.options.ProjectDir, DefaultEnvFile) {
		return nil
	}
	return []string{p.options.EnvFile}
}

func assignments(variables map[string]string) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		lines = append(lines, name+"="+variables[name])
	}
	return lines
}

// only is the project narrowed to one service with so many containers, made so
// that creating from it can touch nothing else: networks and volumes count as
// external, which Compose uses but never creates or recreates, and no image is
// pulled. None of this enters a container's configuration hash.
func only(project *types.Project, name string, scale int) (*types.Project, error) {
	narrow, err := project.WithSelectedServices([]string{name}, types.IgnoreDependencies)
	if err != nil {
		return nil, fmt.Errorf("select service %s: %w", name, err)
	}
	for key, n := range narrow.Networks {
		n.External = true
		narrow.Networks[key] = n
	}
	for key, v := range narrow.Volumes {
		v.External = true
		narrow.Volumes[key] = v
	}
	service, err := narrow.GetService(name)
	if err != nil {
		return nil, fmt.Errorf("select service %s: %w", name, err)
	}
	service.SetScale(scale)
	service.PullPolicy = types.PullPolicyNever
	narrow.Services[name] = service
	return narrow, nil
}
