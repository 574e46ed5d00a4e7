package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktops/cli"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

// output is what a command in this process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// command is a ktops in this process, so that a test can interrupt it.
type command struct {
	out, err   *output
	interrupts chan os.Signal
	code       chan int
}

// aloneOn works alone on the test's fake, and executes nothing.
type aloneOn struct {
	parts
	fake *controltest.Fake
}

type idle struct{ local }

func (idle) Serve(ctx context.Context, _ ...string) error {
	<-ctx.Done()
	return ctx.Err()
}

func (a aloneOn) Alone(context.Context, *config.Config) (cli.Local, error) {
	return idle{local{a.fake}}, nil
}

func run(t *testing.T, dir string, parts cli.Parts, args ...string) *command {
	t.Helper()
	c := &command{out: &output{}, err: &output{}}
	c.start(t, dir, parts, strings.NewReader(""), c.out, args...)
	return c
}

// runOn is run on a terminal, where a person sees what is written.
func runOn(t *testing.T, term *terminal, dir string, parts cli.Parts, args ...string) *command {
	t.Helper()
	c := &command{out: term.screen, err: &output{}}
	c.start(t, dir, parts, term.command, term.command, args...)
	return c
}

func (c *command) start(t *testing.T, dir string, parts cli.Parts, in io.Reader, out io.Writer, args ...string) {
	t.Helper()
	file := filepath.Join(dir, "ktops.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, configuration, dir, filepath.Join(dir, "ktops.sock")), 0o600); err != nil {
		t.Fatal(err)
	}
	c.interrupts, c.code = make(chan os.Signal, 3), make(chan int, 1)
	app := &cli.App{
		In: in, Out: out, Err: c.err, Version: "1.2.3", Interrupts: c.interrupts, Parts: parts,
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	go func() { c.code <- app.Run(t.Context(), append(args, "--config", file)) }()
}

func (c *command) exits(t *testing.T, want int) {
	t.Helper()
	select {
	case got := <-c.code:
		if got != want {
			t.Fatalf("exit code %d, want %d\n%s\n%s", got, want, c.out, c.err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("still running after 20 seconds\n%s\n%s", c.out, c.err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("%s: not within 20 seconds", what)
		case <-tick.C:
		}
	}
}

// onTheWay moves the proposed run to its first step.
func onTheWay(t *testing.T, fake *controltest.Fake, seq int) ops.Run {
	t.Helper()
	run, err := fake.Run(t.Context(), "r-abc234")
	if err != nil {
		t.Fatal(err)
	}
	run = clone(run)
	run.State, run.StartedAt, run.Seq = ops.Running, moment, seq
	run.Steps[0].State, run.Steps[0].Started = ops.StepStarted, moment
	fake.Update(ops.Update{Run: run})
	return run
}

func TestUpgrade_CtrlCStopsWatchingAndTheDaemonGoesOn(t *testing.T) {
	dir, fake := t.TempDir(), newFake()
	stop, err := startDaemon(t.Context(), filepath.Join(dir, "ktops.sock"), fake)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	c := run(t, dir, parts{}, "upgrade", "2.5.0", "--yes")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	onTheWay(t, fake, 5)
	eventually(t, "the step is told", func() bool { return strings.Contains(c.out.String(), "pull images: begun") })
	c.interrupts <- os.Interrupt
	c.exits(t, 1)
	if got, want := c.err.String(), "Stopped watching; the run goes on. Watch it again with: ktops history r-abc234 --follow\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if got, err := fake.Run(t.Context(), "r-abc234"); err != nil || got.State != ops.Running {
		t.Errorf("the run is %s, %v", got.State, err)
	}
}

func TestUpgrade_AloneCtrlCHoldsAndASecondStopsAtOnce(t *testing.T) {
	dir, fake := t.TempDir(), newFake()
	fake.Fail = map[string]error{"Hold": ops.Refuse("run r-abc234 is putting things back and cannot be held")}
	c := run(t, dir, aloneOn{fake: fake}, "upgrade", "2.5.0", "--yes")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	onTheWay(t, fake, 5)
	c.interrupts <- os.Interrupt
	eventually(t, "what comes next is said", func() bool { return strings.Contains(c.err.String(), "Ctrl-C again stops at once") })
	c.interrupts <- os.Interrupt
	c.exits(t, 1)
	if !strings.Contains(c.err.String(), "ktops resume r-abc234 goes on with it") {
		t.Errorf("said %q", c.err)
	}
}

func TestUpgrade_AloneCtrlCHoldsTheRun(t *testing.T) {
	dir, fake := t.TempDir(), newFake()
	c := run(t, dir, aloneOn{fake: fake}, "upgrade", "2.5.0", "--yes")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	onTheWay(t, fake, 1)
	c.interrupts <- os.Interrupt
	c.exits(t, 1)
	if !strings.Contains(c.out.String(), "r-abc234 held: interrupted on the command line") || !strings.Contains(c.out.String(), "Try: ktops resume r-abc234") {
		t.Errorf("said %q", c.out)
	}
}

func TestUpgrade_GoesOnWatchingAfterTheDaemonWasRestarted(t *testing.T) {
	dir, fake := t.TempDir(), newFake()
	socket := filepath.Join(dir, "ktops.sock")
	stop, err := startDaemon(t.Context(), socket, fake)
	if err != nil {
		t.Fatal(err)
	}
	c := run(t, dir, parts{}, "upgrade", "2.5.0", "--yes")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	before := onTheWay(t, fake, 5)
	stop()
	if stop, err = startDaemon(t.Context(), socket, fake); err != nil {
		t.Fatal(err)
	}
	defer stop()
	before = clone(before)
	before.State, before.Seq = ops.Succeeded, 9
	fake.Update(ops.Update{Run: before})
	c.exits(t, 0)
	if !strings.Contains(c.out.String(), "r-abc234 succeeded") {
		t.Errorf("said %q", c.out)
	}
}

func TestUpgrade_WaitsForApprovalAndTellsHowItEnded(t *testing.T) {
	for state, code := range map[ops.State]int{ops.Rejected: 3, ops.Expired: 3, ops.Void: 3, ops.RolledBack: 1, ops.Failed: 1} {
		t.Run(string(state), func(t *testing.T) {
			dir, fake := t.TempDir(), newFake()
			fake.Approvals = 1
			stop, err := startDaemon(t.Context(), filepath.Join(dir, "ktops.sock"), fake)
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			c := run(t, dir, parts{}, "upgrade", "2.5.0", "--yes")
			eventually(t, "it says what it waits for", func() bool {
				return strings.Contains(c.err.String(), "Somebody else types: ktops approve r-abc234")
			})
			r, err := fake.Run(t.Context(), "r-abc234")
			if err != nil {
				t.Fatal(err)
			}
			r = clone(r)
			r.State, r.Reason, r.Seq = state, "not on a Friday", 7
			fake.Update(ops.Update{Run: r})
			c.exits(t, code)
			if !strings.Contains(c.out.String(), ": not on a Friday") {
				t.Errorf("said %q", c.out)
			}
		})
	}
}

func TestVerify_CtrlCEndsIt(t *testing.T) {
	dir, fake := t.TempDir(), newFake()
	fake.Block = make(chan struct{})
	c := run(t, dir, aloneOn{fake: fake}, "verify")
	eventually(t, "it has begun", func() bool { return len(fake.Calls()) == 1 })
	c.interrupts <- os.Interrupt
	c.exits(t, 1)
	if c.err.String() != "Interrupted.\n" {
		t.Errorf("said %q", c.err)
	}
}
