package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
)

// EdgeImage is nginx made of this machine's files.
const EdgeImage = "ktops-edge:1"

// Components are the images of one version.
func Components() []string { return []string{"api", "console", "gateway"} }

// Image is one image of the stand-in. Env makes a broken one, as in
// {Component: "api", Tag: "2.5.1-broken", Env: {"KT_FAULT_UNHEALTHY=1"}}.
type Image struct {
	Component string   // api, console or gateway
	Tag       string   // also its version, where Version is empty
	Version   string   // what it says it is, and whose migrations it ships
	Env       []string // faults baked in
}

// Ref is the name of the image.
func (i Image) Ref() string { return "keeptrusts/" + i.Component + ":" + i.Tag }

func (i Image) version() string {
	if i.Version != "" {
		return i.Version
	}
	return i.Tag
}

// Images loads images into an engine. They stay there between worlds, as in a
// registry: an image that did not change is not loaded again.
type Images struct {
	engine *Engine
	sim    []byte // the layer with the binary
	loaded []string
}

// NewImages builds the stand-in for the engine's use.
func NewImages(ctx context.Context, engine *Engine) (*Images, error) {
	binary, err := buildSim(ctx)
	if err != nil {
		return nil, err
	}
	sim, err := layer([]file{
		{name: "ktsim", body: binary, mode: 0o755},
		{name: "usr/local/bin/kt", link: "/ktsim", mode: 0o777},
		{name: "etc/passwd", body: []byte("root:x:0:0::/:/\nkeeptrusts:x:65532:65532::/:/\n"), mode: 0o644},
		{name: "tmp/", mode: 0o1777},
	})
	if err != nil {
		return nil, err
	}
	return &Images{engine: engine, sim: sim}, nil
}

// MakeVersions loads the three images of each version.
func (i *Images) MakeVersions(ctx context.Context, versions ...string) error {
	for _, version := range versions {
		for _, component := range Components() {
			if err := i.Make(ctx, Image{Component: component, Tag: version}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Make loads one image.
func (i *Images) Make(ctx context.Context, image Image) error {
	config := runConfig{
		Entrypoint: []string{"/ktsim"}, Cmd: []string{image.Component}, User: "65532:65532",
		Env:          append([]string{"PATH=/usr/local/bin", "KT_VERSION=" + image.version()}, image.Env...),
		ExposedPorts: map[string]struct{}{port(image.Component) + "/tcp": {}},
		Labels: map[string]string{
			"org.opencontainers.image.version": image.version(),
			"org.opencontainers.image.title":   "keeptrusts-" + image.Component,
		},
	}
	layers := [][]byte{i.sim}
	if image.Component == "api" {
		// The console and the gateway have no HEALTHCHECK on purpose: the product
		// must cope with images that say nothing of their health.
		config.Healthcheck = &healthcheck{
			Test:     []string{"CMD", "/ktsim", "healthcheck", "http://127.0.0.1:8080/health/ready"},
			Interval: time.Second, Timeout: 3 * time.Second, StartPeriod: 30 * time.Second, Retries: 3,
		}
		migrations, err := migrationLayer(image.version())
		if err != nil {
			return err
		}
		layers = append(layers, migrations)
	}
	return i.load(ctx, image.Ref(), config, layers)
}

// MakeEdge loads nginx, with the files that Debian's package put on this machine.
func (i *Images) MakeEdge(ctx context.Context) error {
	files, err := nginxFiles(ctx)
	if err != nil {
		return err
	}
	root, err := layer(files)
	if err != nil {
		return err
	}
	return i.load(ctx, EdgeImage, runConfig{
		Entrypoint: []string{"/usr/sbin/nginx"}, Cmd: []string{"-g", "daemon off;"}, Env: []string{"PATH=/usr/sbin"},
		// nginx finishes its requests on SIGQUIT and cuts them on SIGTERM.
		StopSignal: "SIGQUIT", ExposedPorts: map[string]struct{}{"80/tcp": {}},
	}, [][]byte{root})
}

// load hands the image to the engine, unless the engine has just that one.
func (i *Images) load(ctx context.Context, ref string, config runConfig, layers [][]byte) error {
	i.loaded = append(i.loaded, ref)
	id, body, err := archive(ref, config, layers)
	if err != nil {
		return err
	}
	if there, err := i.engine.Client.ImageInspect(ctx, ref); err == nil && there.ID == id {
		return nil
	}
	result, err := i.engine.Client.ImageLoad(ctx, body)
	if err != nil {
		return fmt.Errorf("load image %s: %w", ref, err)
	}
	said, err := io.ReadAll(result)
	if err = errors.Join(err, result.Close()); err != nil {
		return fmt.Errorf("load image %s: %w", ref, err)
	}
	if strings.Contains(string(said), `"error"`) {
		return fmt.Errorf("load image %s: the engine says %s", ref, said)
	}
	return nil
}

// Remove removes the images that were made here, except those that are in use.
func (i *Images) Remove(ctx context.Context) error {
	slices.Sort(i.loaded)
	var errs []error
	for _, ref := range slices.Compact(i.loaded) {
		if _, err := i.engine.Client.ImageRemove(ctx, ref, client.ImageRemoveOptions{}); err != nil {
			errs = append(errs, fmt.Errorf("remove image %s: %w", ref, err))
		}
	}
	return errors.Join(errs...)
}

func port(component string) string {
	return map[string]string{"api": "8080", "console": "3000", "gateway": "41002"}[component]
}

// migrationLayer holds the SQL files of a version where the real image has them.
func migrationLayer(version string) ([]byte, error) {
	set, err := migrate.Set(version)
	if err != nil {
		return nil, err
	}
	files := []file{{name: "app/", mode: 0o755}, {name: "app/migrations/", mode: 0o755}}
	for _, m := range set {
		files = append(files, file{name: "app/migrations/" + m.File, body: []byte(m.SQL), mode: 0o644})
	}
	return layer(files)
}
