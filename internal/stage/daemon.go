package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
)

// Daemon is `ktops serve` as a process.
type Daemon struct {
	stage  *Stage
	cmd    *exec.Cmd
	exited chan error
}

// Log is the path of the daemon's log, over all its starts.
func (d *Daemon) Log() string { return filepath.Join(d.stage.World.Dir, "ktops.log") }

// Start starts the daemon, with extra environment variables, and returns when it
// answers and is connected to Slack.
func (d *Daemon) Start(ctx context.Context, env ...string) error {
	if err := d.Launch(ctx, env...); err != nil {
		return err
	}
	return d.ready(ctx)
}

// Launch starts the daemon as Start does, and does not wait for it.
func (d *Daemon) Launch(ctx context.Context, env ...string) error {
	log, err := os.OpenFile(d.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// It outlives ctx: only Stop and Kill end it.
	d.cmd = exec.CommandContext(context.WithoutCancel(ctx), d.stage.Binary, "--config", d.stage.Config, "serve")
	d.cmd.Env = append(append(os.Environ(), d.stage.secrets()...), env...)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	// The daemon dies with us, also when we are killed.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.cmd.Start(); err != nil {
		return fmt.Errorf("start ktops serve: %w", err)
	}
	cmd, exited := d.cmd, make(chan error, 1)
	d.exited = exited
	go func() { exited <- cmd.Wait() }()
	return nil
}

func (d *Daemon) ready(ctx context.Context) error {
	return harness.Until(ctx, "ktops serve answers and is connected to Slack", 30*time.Second, func(ctx context.Context) error {
		select {
		case err := <-d.exited:
			d.exited <- err
			return errors.Join(errors.New("it ended"), err, errors.New(d.LastWords()))
		default:
		}
		if _, text, code, err := d.stage.Ktops(ctx, "history", "--json"); err != nil || code != 0 {
			return errors.Join(errors.New(text), err)
		}
		// The command line answers alone too, when there is no daemon yet.
		if d.stage.Web != "" {
			return harness.Get(ctx, "http://"+d.stage.Web+"/healthz")
		}
		ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		return d.stage.Workspace.WaitConnected(ctx)
	})
}

// Kill ends the daemon without a word, as kill -9 does.
func (d *Daemon) Kill(ctx context.Context) error {
	if err := d.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return d.Wait(context.WithoutCancel(ctx))
}

// Wait waits until the daemon has ended, however.
func (d *Daemon) Wait(ctx context.Context) error {
	select {
	case err := <-d.exited:
		d.exited <- err
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stop ends the daemon as systemd does.
func (d *Daemon) Stop(ctx context.Context) error {
	if d.cmd == nil || d.cmd.Process == nil {
		return nil
	}
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := d.Wait(ctx); err != nil {
		return errors.Join(fmt.Errorf("ktops serve does not stop: %w", err), d.Kill(ctx))
	}
	return nil
}

// RSS is the daemon's resident memory in bytes.
func (d *Daemon) RSS() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("the kernel does not tell VmRSS")
}

// LastWords is the end of the daemon's log.
func (d *Daemon) LastWords() string {
	text, err := os.ReadFile(d.Log())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}
