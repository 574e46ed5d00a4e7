package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	// tailBytes is how much of a process's output an error shows.
	tailBytes = 2000
	stopLimit = 30 * time.Second
)

// process is a server that runs beside us until it is stopped.
type process struct {
	cmd    *exec.Cmd
	output *tail
	exited chan struct{}
}

// start runs cmd in a process group of its own, so that Ctrl-C reaches us alone and
// we stop things in the right order.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, output: &tail{}, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.output, p.output
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	go func() {
		defer close(p.exited)
		_ = cmd.Wait()
	}()
	return p, nil
}

// alive says with the output's end why the process is not there any more.
func (p *process) alive() error {
	select {
	case <-p.exited:
		return fmt.Errorf("%s ended (%s): %s", p.cmd.Path, p.cmd.ProcessState, p.output)
	default:
		return nil
	}
}

// stop sends the signal and waits, also when ctx has ended: it is how things end.
// What does not go within the limit is killed and reported.
func (p *process) stop(ctx context.Context, signal os.Signal) error {
	if err := p.cmd.Process.Signal(signal); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	select {
	case <-p.exited:
		return nil
	case <-limited.Done():
	}
	err := p.cmd.Process.Kill()
	<-p.exited
	return errors.Join(fmt.Errorf("%s did not stop in %s and was killed: %s", p.cmd.Path, stopLimit, p.output), err)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - tailBytes; extra > 0 {
		t.kept = append([]byte(nil), t.kept[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.kept))
}

// runCommand runs to its end and returns its output; an error shows the end of it.
func runCommand(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		end := &tail{}
		_, _ = end.Write(out)
		return string(out), fmt.Errorf("%s %v: %w: %s", name, args, err, end)
	}
	return string(out), nil
}
