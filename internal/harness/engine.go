package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/moby/moby/client"
)

const (
	engineAnswers = 3 * time.Second
	engineStarts  = 60 * time.Second
)

// ErrShared is asking to restart or stop an engine that is not ours.
var ErrShared = errors.New("this engine was there before us; only a private one is ours to restart")

// Engine is a Docker engine: the one that is there, or a private one.
type Engine struct {
	Host   string // as in DOCKER_HOST
	Client *client.Client

	dir    string // of a private engine
	daemon *process
}

// OpenEngine uses the engine of DOCKER_HOST or the default socket when it answers,
// and starts a private one otherwise.
func OpenEngine(ctx context.Context) (*Engine, error) {
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = client.DefaultDockerHost
	}
	shared, err := connect(ctx, host)
	if err == nil {
		return shared, nil
	}
	private, startErr := StartEngine(ctx)
	if startErr != nil {
		return nil, fmt.Errorf("no Docker engine at %s (%w), and none of our own: %w", host, err, startErr)
	}
	return private, nil
}

// StartEngine starts a private engine: dockerd in a temporary directory.
func StartEngine(ctx context.Context) (*Engine, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("start dockerd: only root can; run as root, or start Docker and set DOCKER_HOST")
	}
	dir, err := os.MkdirTemp("", "kt-engine-")
	if err != nil {
		return nil, fmt.Errorf("make the engine's directory: %w", err)
	}
	e := &Engine{Host: "unix://" + filepath.Join(dir, "sock"), dir: dir}
	if err := e.startDaemon(ctx); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	return e, nil
}

// startDaemon lets dockerd choose its storage: overlay2, or vfs where that cannot be.
func (e *Engine) startDaemon(ctx context.Context) error {
	path, err := exec.LookPath("dockerd")
	if err != nil {
		return fmt.Errorf("find dockerd (scripts/deps installs it): %w", err)
	}
	// It outlives the call that starts it; Close ends it.
	e.daemon, err = start(exec.CommandContext(context.WithoutCancel(ctx), path, "--host", e.Host,
		"--data-root", filepath.Join(e.dir, "data"), "--exec-root", filepath.Join(e.dir, "exec"),
		"--pidfile", filepath.Join(e.dir, "pid")))
	if err != nil {
		return err
	}
	return Until(ctx, "the private engine answers", engineStarts, func(ctx context.Context) error {
		if err := e.daemon.alive(); err != nil {
			return err
		}
		reached, err := connect(ctx, e.Host)
		if err != nil {
			return err
		}
		if e.Client != nil {
			return reached.Client.Close()
		}
		e.Client = reached.Client
		return nil
	})
}

func connect(ctx context.Context, host string) (*Engine, error) {
	api, err := client.New(client.FromEnv, client.WithHost(host))
	if err != nil {
		return nil, fmt.Errorf("prepare a client for %s: %w", host, err)
	}
	ctx, cancel := context.WithTimeout(ctx, engineAnswers)
	defer cancel()
	if _, err := api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return nil, errors.Join(fmt.Errorf("reach the engine at %s: %w", host, err), api.Close())
	}
	return &Engine{Host: host, Client: api}, nil
}

// Private says whether the engine is ours alone.
func (e *Engine) Private() bool { return e.dir != "" }

// Restart stops a private engine and starts it again on the same data. Containers
// with a restart policy come back with it.
func (e *Engine) Restart(ctx context.Context) error {
	if !e.Private() {
		return ErrShared
	}
	if err := e.daemon.stop(ctx, syscall.SIGTERM); err != nil {
		return err
	}
	return e.startDaemon(ctx)
}

// Gateway is the address at which containers reach this machine, the one that
// host-gateway in extra_hosts stands for.
func (e *Engine) Gateway(ctx context.Context) (string, error) {
	bridge, err := e.Client.NetworkInspect(ctx, "bridge", client.NetworkInspectOptions{})
	if err != nil {
		return "", fmt.Errorf("look for the address of the default bridge: %w", err)
	}
	// The network's own record may lack the gateway; the interface never does.
	name := bridge.Network.Options["com.docker.network.bridge.name"]
	nic, err := net.InterfaceByName(name)
	if err != nil {
		return "", fmt.Errorf("look for the engine's bridge %q on this machine: %w", name, err)
	}
	addresses, err := nic.Addrs()
	if err != nil {
		return "", fmt.Errorf("look for the address of %s: %w", name, err)
	}
	for _, address := range addresses {
		if ip, _, err := net.ParseCIDR(address.String()); err == nil && ip.To4() != nil {
			return ip.String(), nil
		}
	}
	return "", fmt.Errorf("%s has no IPv4 address, so containers cannot reach the database", name)
}

// Close lets go of a shared engine; a private one is stopped and removed.
func (e *Engine) Close(ctx context.Context) error {
	var errs []error
	if e.Client != nil {
		errs = append(errs, e.Client.Close())
	}
	if !e.Private() {
		return errors.Join(errs...)
	}
	if e.daemon != nil {
		errs = append(errs, e.daemon.stop(ctx, syscall.SIGTERM))
	}
	return errors.Join(append(errs, unmountBelow(e.dir), os.RemoveAll(e.dir))...)
}
