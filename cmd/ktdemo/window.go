package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// The upgrade that takes a window: its migrations rewrite the largest table.
const (
	windowFrom = "2.5.0"
	windowTo   = "3.0.0"
)

// windowLimit bounds the wait for the window and the run in it.
const windowLimit = 20 * time.Minute

// windowLoad keeps many short streams open, so that the longest of those that are
// under way when the edge closes has about as long to go each time.
func windowLoad(rate int) harness.LoadOptions {
	return harness.LoadOptions{Rate: rate, Streams: 20, StreamLength: 2 * time.Second}
}

// window lets a scheduled window open by itself under load, and then does the same
// job with the guide's script in a second world of the same size.
func window(ctx context.Context, rate int, bytes int64, log *logrus.Entry) error {
	fmt.Printf("Bringing up the platform at %s with %.1f GB of data …\n", windowFrom, float64(bytes)/1e9)
	r := windowReport{Data: bytes}
	if err := scheduledWindow(ctx, &r, rate, bytes, log); err != nil {
		return err
	}
	fmt.Println("\nThe same in a second world: first each part alone, then the guide's Planned Downtime Procedure …")
	if err := peerWindow(ctx, &r, rate, bytes, log); err != nil {
		return err
	}
	r.print()
	return errors.Join(write(".demo/window.json", r), r.proof())
}

func scheduledWindow(ctx context.Context, r *windowReport, rate int, bytes int64, log *logrus.Entry) (err error) {
	hook := stage.StartHook()
	defer hook.Close()
	st, err := stage.Up(ctx, stage.Options{
		World:    harness.Options{DataBytes: bytes, Version: windowFrom, Versions: []string{windowFrom, windowTo}, Log: log},
		WindowIn: time.Minute, Webhook: hook.URL(),
		Slack: slackemu.Options{RateFactor: 100},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Down(ctx)) }()
	load := harness.StartLoad(ctx, st.World.Platform.Edge(), windowLoad(rate))
	defer load.Stop()
	run, err := scheduleAndFollow(ctx, st)
	if err != nil {
		return err
	}
	seen := load.Stop()
	began := time.Now()
	if _, bad, code, err := st.Ktops(ctx, "verify"); err != nil || code != 0 {
		return fmt.Errorf("ktops verify afterwards: exit code %d: %s (%w)", code, bad, err)
	}
	r.Floor.Checks = time.Since(began).Seconds()
	if err := r.told(ctx, st, run.ID); err != nil {
		return err
	}
	posted, bad := hook.Posted()
	r.Posted, r.Unsigned = len(posted), len(bad)
	fmt.Printf("\nThe conversation in #%s\n%s\n", stage.Channel, indent(st.Workspace.Transcript(stage.Channel)))
	r.ran(run, seen)
	return nil
}

// scheduleAndFollow asks as Alice, approves into the window as Bob, and follows the
// run once the window has opened.
func scheduleAndFollow(ctx context.Context, st *stage.Stage) (ops.Run, error) {
	ctx, cancel := context.WithTimeout(ctx, windowLimit)
	defer cancel()
	fmt.Printf("\nAlice types /keeptrusts upgrade %s --window next\n", windowTo)
	card, err := st.Ask(ctx, "alice", windowTo+" --window next")
	if err != nil {
		return ops.Run{}, err
	}
	fmt.Println("Bob clicks Approve and confirms")
	if _, err := st.Workspace.Click(ctx, "bob", card, "Approve"); err != nil {
		return ops.Run{}, err
	}
	run, err := st.WaitRun(ctx, func(run ops.Run) bool { return run.State == ops.Scheduled || stage.Settled(run) })
	if err != nil {
		return run, err
	}
	if run.Opening != nil {
		fmt.Printf("Now it waits for window %s, which opens by itself at %s\n\n", run.Opening.Window, run.Opening.Opens.Local().Format(time.TimeOnly))
	}
	return story{stage: st}.follow(ctx)
}

func peerWindow(ctx context.Context, r *windowReport, rate int, bytes int64, log *logrus.Entry) (err error) {
	world, err := harness.Up(ctx, harness.Options{DataBytes: bytes, Version: windowFrom, Versions: []string{windowFrom, windowTo}, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Down(ctx)) }()
	if err := r.Floor.measure(ctx, world, windowLoad(rate), windowFrom, windowTo); err != nil {
		return err
	}
	seen, err := guideWindow(ctx, world, windowLoad(rate), windowTo)
	if err != nil {
		return err
	}
	r.compared(seen)
	return nil
}

func quiet() *logrus.Entry {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return logrus.NewEntry(log)
}
