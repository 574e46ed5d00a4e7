package compose

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/compose/v5/pkg/api"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

// instance is one container of a service as the engine tells of it.
type instance struct {
	id, name string
	number   int    // Compose's container number
	image    string // the reference it was created from
	imageID  string
	hash     string // of the configuration that Compose made it from
	state    *container.State
	restarts int
	started  time.Time
	grace    time.Duration
	policy   container.RestartPolicyMode
	// told is when the container was asked to stop; zero when it was not, or when
	// the engine has forgotten.
	told     time.Time
	terminal bool
	env      []string
	// addresses are its own in each network, for asking its health.
	addresses []netip.Addr
}

// up reports whether the container runs or is just being restarted.
func (i instance) up() bool {
	switch i.state.Status {
	case container.StateRunning, container.StateRestarting, container.StatePaused:
		return true
	}
	return false
}

// of reports whether the container runs this image. An empty ID is any content.
func (i instance) of(image, imageID string) bool {
	return i.image == image && (imageID == "" || i.imageID == imageID)
}

func (i instance) observed(version ops.Version, content string, healthy bool) ops.Container {
	return ops.Container{ID: i.id, Name: i.name, Image: i.image, ImageID: content,
		Version: version, Healthy: healthy, StartedAt: i.started}
}

// instances are all containers of a service, lowest number first: also those
// that do not run, but not those of "docker compose run" and of hooks.
func (p *Platform) instances(ctx context.Context, project, service string) ([]instance, error) {
	var found []instance
	err := p.retry(ctx, "list the containers of service "+service, func() error {
		found = nil
		list, err := p.engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: client.Filters{}.
			Add("label", api.ProjectLabel+"="+project, api.ServiceLabel+"="+service, api.OneoffLabel+"=False")})
		if err != nil {
			return err
		}
		for _, summary := range list.Items {
			if summary.Labels[api.HookLabel] != "" {
				continue
			}
			one, err := p.inspect(ctx, summary.ID)
			if errdefs.IsNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			found = append(found, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b instance) int { return cmp.Compare(a.number, b.number) })
	return p.markTold(ctx, found)
}

func (p *Platform) inspect(ctx context.Context, id string) (instance, error) {
	result, err := p.engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return instance{}, err
	}
	c := result.Container
	one := instance{
		id: c.ID, name: strings.TrimPrefix(c.Name, "/"), image: c.Config.Image, imageID: c.Image,
		state: c.State, restarts: c.RestartCount, grace: grace(c.Config.StopTimeout),
		terminal: c.Config.Tty, env: c.Config.Env, hash: c.Config.Labels[api.ConfigHashLabel],
	}
	if c.HostConfig != nil {
		one.policy = c.HostConfig.RestartPolicy.Name
	}
	one.number, _ = strconv.Atoi(c.Config.Labels[api.ContainerNumberLabel])
	one.started, _ = time.Parse(time.RFC3339Nano, c.State.StartedAt)
	for _, n := range c.NetworkSettings.Networks {
		for _, address := range []netip.Addr{n.IPAddress, n.GlobalIPv6Address} {
			if address.IsValid() {
				one.addresses = append(one.addresses, address)
			}
		}
	}
	slices.SortFunc(one.addresses, netip.Addr.Compare)
	return one, nil
}

// grace is how long the engine waits after asking a container to stop.
func grace(seconds *int) time.Duration {
	if seconds == nil {
		return 10 * time.Second // the engine's default
	}
	return time.Duration(*seconds) * time.Second
}

// split parts the containers that are up into those of an image, which stay, and
// others. One that was told to stop is among the others, whatever it runs.
func split(all []instance, image, imageID string) (of, others []instance) {
	for _, i := range all {
		switch {
		case !i.up():
		case i.of(image, imageID) && i.told.IsZero():
			of = append(of, i)
		default:
			others = append(others, i)
		}
	}
	return of, others
}
