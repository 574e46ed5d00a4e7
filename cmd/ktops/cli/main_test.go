package cli_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/cmd/ktops/cli"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

// The scripts run ktops as a process of its own: this test binary under that name.
func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"ktops": ktops})
}

// leakless are tests that must leave no goroutine behind.
type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func ktops() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt)
	app := &cli.App{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, LookupEnv: os.LookupEnv,
		Version: "1.2.3", Interrupts: signals, Parts: parts{},
	}
	os.Exit(app.Run(context.Background(), os.Args[1:]))
}

// parts work alone on a fake that says what was done when it is closed.
type parts struct{}

func (parts) Alone(context.Context, *config.Config) (cli.Local, error) {
	return local{Fake: newFake()}, nil
}

func (parts) Serve(_ context.Context, c *config.Reloader, logs io.Writer) error {
	_, err := io.WriteString(logs, "serving "+c.Current().Socket+"\n")
	return err
}

type local struct{ *controltest.Fake }

func (l local) Serve(ctx context.Context, _ ...string) error {
	play(ctx, l.Fake)
	return ctx.Err()
}

func (l local) Close() error { return nil }

// play executes whatever run is approved, also before it began to watch.
func play(ctx context.Context, fake *controltest.Fake) {
	updates := fake.Watch(ctx, "")
	runs, _ := fake.History(ctx, "", 0)
	for _, run := range runs {
		if run.State == ops.Approved {
			playRun(fake, run)
		}
	}
	for u := range updates {
		if u.Run.State == ops.Approved && u.Run.StartedAt.IsZero() {
			playRun(fake, u.Run)
		}
	}
}

func playRun(fake *controltest.Fake, run ops.Run) {
	at := moment.Add(time.Minute)
	run = clone(run)
	run.State, run.StartedAt = ops.Running, at
	for i := range run.Steps {
		step := &run.Steps[i]
		run.Seq++
		step.State, step.Started, step.Attempts = ops.StepStarted, at, 1
		fake.Update(ops.Update{Run: clone(run), Progress: ops.Progress{Fraction: 0.5}})
		at = at.Add(2 * time.Second)
		run.Seq++
		step.State, step.Ended, step.Result.Note = ops.StepDone, at, "as planned"
		fake.Update(ops.Update{Run: clone(run)})
	}
	run.Seq++
	run.State, run.EndedAt = ops.Succeeded, at
	run.Probe = ops.ProbeResult{Since: moment, Until: at, Requests: 900, LongestGap: 12 * time.Millisecond, Streams: 1}
	fake.Update(ops.Update{Run: clone(run)})
}

func clone(run ops.Run) ops.Run {
	run.Steps = append([]ops.StepRun(nil), run.Steps...)
	return run
}
