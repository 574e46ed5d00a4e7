package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// runLimit bounds one upgrade in a story.
const runLimit = 10 * time.Minute

// story is what happens on the stage.
type story struct {
	stage *stage.Stage
	rate  int
	soak  int
}

// upgrade is the main job: Alice asks, Bob approves, and the platform goes from
// 2.4.3 to 2.5.0 under load while others keep typing.
func (s story) upgrade(ctx context.Context) error {
	fmt.Printf("\nUp in %s. The channel is at %s\n", s.stage.World.Took.Round(time.Second), s.stage.Workspace.URL())
	load := harness.StartLoad(ctx, s.stage.World.Platform.Edge(), harness.LoadOptions{Rate: s.rate})
	defer load.Stop()
	idle, err := s.stage.Daemon.RSS()
	if err != nil {
		return err
	}
	run, err := s.approveAndFollow(ctx, "2.5.0")
	if err != nil {
		return err
	}
	seen := load.Stop()
	changed, output, err := s.stage.World.Platform.ComposeUp(ctx)
	if err != nil {
		return fmt.Errorf("docker compose up -d afterwards: %w\n%s", err, output)
	}
	fmt.Printf("\nThe conversation in #%s\n%s\n", stage.Channel, indent(s.stage.Workspace.Transcript(stage.Channel)))
	r := s.report(run, seen, idle, changed)
	r.print()
	return errors.Join(write(".demo/report.json", r), r.proof())
}

// approveAndFollow types the command as Alice, approves the card as Bob, and
// follows the run to its end while Carol keeps asking for help: her
// acknowledgements are those of a busy daemon.
func (s story) approveAndFollow(ctx context.Context, target string) (ops.Run, error) {
	ctx, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	fmt.Printf("\nAlice types /keeptrusts upgrade %s\n", target)
	card, err := s.stage.Ask(ctx, "alice", target)
	if err != nil {
		return ops.Run{}, err
	}
	fmt.Println("Bob clicks Approve and confirms")
	if _, err := s.stage.Workspace.Click(ctx, "bob", card, "Approve"); err != nil {
		return ops.Run{}, err
	}
	asking, stop := context.WithCancel(ctx)
	var others sync.WaitGroup
	others.Go(func() { s.keepAsking(asking) })
	defer others.Wait()
	defer stop()
	return s.follow(ctx)
}

func (s story) keepAsking(ctx context.Context) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = s.stage.Workspace.Type(ctx, "carol", "platform-staging", "/keeptrusts help") // her latency counts, not her answer
		}
	}
}

// follow prints each step as it ends, and returns the run when it has.
func (s story) follow(ctx context.Context) (ops.Run, error) {
	said := map[string]ops.StepState{}
	return s.stage.WaitRun(ctx, func(run ops.Run) bool {
		for _, step := range run.Steps {
			if said[step.Name] != step.State && step.State != ops.StepPending && step.State != ops.StepStarted {
				fmt.Printf("  %-28s %-7s %6.1f s  %s\n", step.Name, step.State, step.Took().Seconds(), firstLine(cmp.Or(step.Error, step.Result.Note)))
			}
			said[step.Name] = step.State
		}
		return stage.Settled(run)
	})
}

// play keeps the world up until Ctrl-C.
func (s story) play(ctx context.Context) error {
	fmt.Printf(`
Everything is up (%s). Open %s in a browser and, as alice, type

    /keeptrusts upgrade 2.5.0

then choose bob at the top right and click Approve. Callers reach the platform at %s.

A major version waits for a maintenance window, which as bob you may open at once:

    /keeptrusts upgrade 3.0.0 --window next
    /keeptrusts windows run-now night to see it

The same from another terminal, as root and an approver:

    source %s
    ktops status

The daemon's log is %s. Ctrl-C here takes everything down.
`, s.stage.World.Took.Round(time.Second), s.stage.Workspace.URL(), s.stage.World.Platform.Edge(), s.stage.Environment(), s.stage.Daemon.Log())
	<-ctx.Done()
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func indent(s string) string {
	return "  | " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  | ")
}
