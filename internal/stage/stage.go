package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
)

// Channel is where the environment of every stage is operated from.
const Channel = "platform-prod"

// Options say what a stage looks like; the zero value is a good one.
type Options struct {
	World harness.Options
	Slack slackemu.Options
	// HTTP lets Slack deliver over signed HTTP requests instead of Socket Mode.
	HTTP bool
	// Tags are build tags of the ktops binary.
	Tags string
	// Policy is the YAML of the environment's policy; one approval by Bob, Carol or
	// their group when empty.
	Policy string
	// WindowIn has a window open at the first full minute after this much time; none
	// does when it is zero.
	WindowIn time.Duration
	// Webhook is where notices are posted to, beside a second channel in Slack; there
	// are no notices when it is empty.
	Webhook string
	// DrainLimit bounds what may go on once the edge is closed; two minutes when empty.
	DrainLimit string
	// HealthTimeout bounds how long a new container may take; a minute when empty.
	HealthTimeout string
}

// Stage is a world with a workspace and a daemon in it.
type Stage struct {
	World     *harness.World
	Workspace *slackemu.Workspace
	Daemon    *Daemon
	// Config is the path of ktops.yaml, Binary that of ktops.
	Config, Binary string
	// Backups is the directory of the dumps.
	Backups string
	// Web is where the daemon listens for Slack's requests; empty in Socket Mode.
	Web string

	runs string // the version that runs at first
}

// Up brings everything up and returns when the daemon is connected to Slack.
// Where it fails, nothing is left.
func Up(ctx context.Context, options Options) (*Stage, error) {
	s := &Stage{}
	if err := s.up(ctx, options); err != nil {
		return nil, errors.Join(err, s.Down(ctx))
	}
	return s, nil
}

func (s *Stage) up(ctx context.Context, options Options) (err error) {
	if s.World, err = harness.Up(ctx, options.World); err != nil {
		return err
	}
	if s.Workspace, err = slackemu.Start(options.Slack); err != nil {
		return err
	}
	s.runs = cmp.Or(options.World.Version, "2.4.3")
	s.Binary = filepath.Join(s.World.Dir, "ktops")
	s.Config = filepath.Join(s.World.Dir, "ktops.yaml")
	s.Backups = filepath.Join(s.World.Dir, "backups")
	if err := build(ctx, s.Binary, options.Tags, "./cmd/ktops"); err != nil {
		return err
	}
	if err := build(ctx, filepath.Join(s.World.Dir, "kt"), "", "./cmd/ktsim"); err != nil {
		return err
	}
	if options.HTTP {
		if err := s.deliverOverHTTP(ctx); err != nil {
			return err
		}
	}
	if err := s.writeConfig(options); err != nil {
		return err
	}
	if err := s.installEdge(ctx); err != nil {
		return err
	}
	s.Daemon = &Daemon{stage: s}
	return s.Daemon.Start(ctx)
}

// installEdge does what docs/edge.md tells an operator: the include stands in
// nginx.conf already, so its file is made and nginx reloaded.
func (s *Stage) installEdge(ctx context.Context) error {
	if _, _, _, err := s.Ktops(ctx, "edge", "install"); err != nil { // it finds fault until nginx has loaded the file
		return err
	}
	if _, err := s.World.Platform.Compose(ctx, "exec", "-T", "edge", "nginx", "-s", "reload"); err != nil {
		return err
	}
	return harness.Until(ctx, "ktops edge install finds no fault", 30*time.Second, func(ctx context.Context) error {
		out, bad, code, err := s.Ktops(ctx, "edge", "install")
		if err == nil && code != 0 {
			err = fmt.Errorf("exit code %d: %s%s", code, out, bad)
		}
		return err
	})
}

// deliverOverHTTP chooses an address for the daemon and tells the workspace.
func (s *Stage) deliverOverHTTP(ctx context.Context) error {
	free, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a free port: %w", err)
	}
	s.Web = free.Addr().String()
	base := "http://" + s.Web + "/slack/"
	s.Workspace.SetRequestURLs(slackemu.RequestURLs{Commands: base + "command", Interactivity: base + "interact", Events: base + "events"})
	return free.Close()
}

// build makes a static binary of one of the module's commands.
func build(ctx context.Context, out, tags, command string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the module (run this inside it): %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", tags, "-o", out, command)
	cmd.Dir = string(root[:len(root)-1])
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", command, err, text)
	}
	return nil
}

// Down takes everything away.
func (s *Stage) Down(ctx context.Context) error {
	var errs []error
	if s.Daemon != nil {
		errs = append(errs, s.Daemon.Stop(ctx))
	}
	if s.Workspace != nil {
		errs = append(errs, s.Workspace.Close())
	}
	if s.World != nil {
		errs = append(errs, s.World.Down(ctx))
	}
	return errors.Join(errs...)
}

// Ktops runs the command line as an operator would and returns what it printed
// and its exit code.
func (s *Stage) Ktops(ctx context.Context, args ...string) (stdout, stderr string, code int, err error) {
	cmd := exec.CommandContext(ctx, s.Binary, append([]string{"--config", s.Config}, args...)...)
	cmd.Env = append(os.Environ(), s.secrets()...)
	var out, bad writer
	cmd.Stdout, cmd.Stderr = &out, &bad
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil
	}
	return string(out), string(bad), cmd.ProcessState.ExitCode(), err
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
