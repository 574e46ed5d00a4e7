package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// soakTag is the release of a round: patch versions without migrations of their own.
func soakTag(round int) string { return fmt.Sprintf("2.4.%d", 3+round) }

// versions are those that the story needs beside the first.
func (s story) versions() []string {
	versions := []string{"2.5.0"}
	for round := 1; round <= s.soak; round++ {
		versions = append(versions, soakTag(round))
	}
	return versions
}

// soakRounds goes up and back as often as asked, under load throughout: in every
// even round Alice aborts the run once the last gateway rolls, and ktops puts
// everything back.
func (s story) soakRounds(ctx context.Context) error {
	load := harness.StartLoad(ctx, s.stage.World.Platform.Edge(), harness.LoadOptions{Rate: s.rate})
	defer load.Stop()
	began := time.Now()
	for round := 1; round <= s.soak; round++ {
		want := ops.Succeeded
		stop := func() {}
		if round%2 == 0 {
			want = ops.RolledBack
			stop = s.abortAt(ctx, "roll gateway 2/2")
		}
		run, err := s.approveAndFollow(ctx, soakTag(round))
		stop()
		if err != nil {
			return err
		}
		seen := load.Snapshot()
		fmt.Printf("round %d of %d: %s, %d requests so far, %d failed, %d streams, %d cut\n",
			round, s.soak, run.State, seen.Requests, seen.Failed, seen.Streams, seen.Cut)
		if run.State != want {
			return fmt.Errorf("round %d: the run %s (%s), and should have %s\n%s", round, run.State, run.Reason, want, s.stage.Daemon.LastWords())
		}
	}
	seen := load.Stop()
	fmt.Printf("\n%d rounds in %s: %s\n", s.soak, time.Since(began).Round(time.Second), seen)
	for _, sample := range seen.Samples {
		fmt.Println("failed  " + sample)
	}
	if seen.Noticed() > 0 {
		return errors.New("callers saw failures")
	}
	return nil
}

// abortAt aborts the open run in chat as Alice once it is in the step.
func (s story) abortAt(ctx context.Context, name string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		run, err := s.stage.WaitRun(ctx, func(run ops.Run) bool {
			now := run.Current()
			return run.State == ops.Running && now != nil && now.Name == name && now.State == ops.StepStarted
		})
		if err == nil {
			_, _ = s.stage.Workspace.Type(ctx, "alice", stage.Channel, "/keeptrusts abort "+run.ID) // the outcome is checked at the end
		}
	}()
	return func() { cancel(); <-done }
}
