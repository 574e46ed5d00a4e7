package nginx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// mostOutput is more than any configuration has, and bounds what a command that
// has gone wild can make ktops hold.
const mostOutput = 16 << 20

// printed is what a command wrote.
type printed struct{ out, errs string }

// run runs a command within its time and returns what it printed. It is killed with
// its children when the time is over.
func (m *machine) run(ctx context.Context, argv []string) (printed, error) {
	return runWithin(ctx, m.patience, argv, m.Env, nil)
}

func runWithin(ctx context.Context, patience time.Duration, argv, env []string, stdin []byte) (printed, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var out, errs bounded
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	p := printed{out.String(), errs.String()}
	if err == nil {
		return p, nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("it did not end within %s: %w", patience, errors.Join(ctx.Err(), err))
	}
	if said := tail(p.out + p.errs); said != "" {
		return p, fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, said)
	}
	return p, fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
}

// tail is the end of what a command printed, where the reason stands.
func tail(text string) string {
	const most = 600
	return strings.TrimSpace(text[max(len(text)-most, 0):])
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if room := mostOutput - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
