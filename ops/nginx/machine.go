package nginx

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// HostOptions say where nginx's files are on a machine, and how nginx is spoken to.
type HostOptions struct {
	// Directory is where ktops writes.
	Directory string
	// Test, Reload and Workers are the commands that test the configuration, load it,
	// and list processes with their number first. Defaults are those of this machine,
	// or of the container.
	Test    []string
	Reload  []string
	Workers []string
	// Container is the one that nginx runs in, where it does.
	Container string
	Env       []string // added to the environment of the commands
}

// commandTimeout is how long one command of nginx may take.
const commandTimeout = 15 * time.Second

// machine is the host that this process runs on.
type machine struct {
	HostOptions
	patience time.Duration

	finding sync.Mutex
	pidFile string
}

func newMachine(o HostOptions) (*machine, error) {
	if !filepath.IsAbs(o.Directory) {
		return nil, fmt.Errorf("edge: the folder must be an absolute path, not %q", o.Directory)
	}
	if o.Container != "" {
		o.Test = orDefault(o.Test, "docker", "exec", o.Container, "nginx", "-t")
		o.Reload = orDefault(o.Reload, "docker", "exec", o.Container, "nginx", "-s", "reload")
		o.Workers = orDefault(o.Workers, "docker", "top", o.Container, "-eo", "pid,args")
	}
	o.Test = orDefault(o.Test, "nginx", "-t")
	o.Reload = orDefault(o.Reload, "nginx", "-s", "reload")
	return &machine{HostOptions: o, patience: commandTimeout}, nil
}

func orDefault(argv []string, fallback ...string) []string {
	if len(argv) == 0 {
		return fallback
	}
	return argv
}

// ask implements host.
func (m *machine) ask(ctx context.Context, r request) (a answer, err error) {
	switch r.Do {
	case readFile, writeFile, removeFile:
		return m.file(r)
	case checkFolder:
		return answer{}, m.writable()
	case testConf:
		_, err = m.run(ctx, m.Test)
		return answer{}, err
	case reloadConf:
		_, err = m.run(ctx, m.Reload)
		return answer{}, err
	case listWorkers:
		a.Workers, err = m.workers(ctx)
		return a, err
	case inspectConf:
		return answer{Seen: m.inspect(ctx)}, nil
	}
	return answer{}, fmt.Errorf("the edge's host cannot %q; bring it to the version of ktops that asks", r.Do)
}
