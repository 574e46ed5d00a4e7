package stage_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
)

// deaths are how the daemon's lives end, in turn: it kills itself, as kill -9
// does, before or after the nth event that it writes for a run is durable. The
// first event of a life is that it took the run up, the second that a step began
// or was found done, the third that it was done.
var deaths = []string{"KTOPS_CRASH_BEFORE=2", "KTOPS_CRASH_AFTER=2", "KTOPS_CRASH_BEFORE=3", "KTOPS_CRASH_AFTER=3"}

func TestCrash_AtEveryJournalWriteEndsRight(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small(), Tags: "crashpoint", Slack: slackemu.Options{RateFactor: 100}})
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 30})
	defer load.Stop()
	card := ask(t, s, "alice", "2.5.0")
	if err := s.Daemon.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Daemon.Start(t.Context(), "KTOPS_CRASH_BEFORE=1"); err != nil {
		t.Fatal(err)
	}
	click(t, s, "bob", card, "Approve")
	lives, _ := liveAndDie(t, s)
	run := settled(t, s, ops.Succeeded)
	t.Logf("%d lives", lives)
	if lives < 2*len(run.Steps) {
		t.Errorf("only %d lives for %d steps: it was not killed at every write", lives, len(run.Steps))
	}
	wantEachStepOnce(t, s, run)
	if seen := load.Stop(); seen.Noticed() > 0 {
		t.Errorf("callers saw %s %v", seen, seen.Samples)
	}
	wantRunning(t, s, "2.5.0")
	wantOneCard(t, s, run, "2.5.0")
}

// liveAndDie starts the daemon again each time it died, until the run has ended.
// The last life began at last.
func liveAndDie(t *testing.T, s *stage.Stage) (lives int, last time.Time) {
	t.Helper()
	for lives = 1; lives < 200; lives++ {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		over := make(chan bool, 1)
		go func() {
			_, err := s.WaitRun(ctx, stage.Settled)
			over <- err == nil
		}()
		died := s.Daemon.Wait(ctx)
		if died != nil { // it lived on: the run is over, or stuck
			cancel()
			if !<-over {
				t.Fatal("the run neither ended nor crashed")
			}
			return lives, last
		}
		cancel()
		<-over
		last = time.Now()
		if err := s.Daemon.Launch(t.Context(), deaths[lives%len(deaths)]); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("it dies for ever")
	return lives, last
}

// wantEachStepOnce wants one result of each step in the journal, and no beginning
// after it.
func wantEachStepOnce(t *testing.T, s *stage.Stage, run ops.Run) {
	t.Helper()
	j, err := journal.Open(t.Context(), filepath.Join(s.World.Dir, "state", "ktops.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	events, err := j.Events(t.Context(), run.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, e := range events {
		if (e.Kind == ops.StepBegan || e.Kind == ops.StepEnded) && done[e.Step] {
			t.Errorf("event %d: %s of %q, which was done already", e.Seq, e.Kind, e.Step)
		}
		done[e.Step] = done[e.Step] || e.Kind == ops.StepEnded
	}
	for _, step := range run.Steps {
		if !done[step.Name] {
			t.Errorf("step %q was never done", step.Name)
		}
	}
}

// TestCrash_InTheMiddleOfStepsEndsRight kills the daemon at moments of no
// particular kind while it works.
func TestCrash_InTheMiddleOfStepsEndsRight(t *testing.T) {
	s := stage.Test(t, stage.Options{World: harness.Options{DataBytes: 60 << 20}})
	click(t, s, "bob", ask(t, s, "alice", "2.5.0"), "Approve")
	for i := range 12 {
		moment, cancel := context.WithTimeout(t.Context(), time.Duration(500+i*700)*time.Millisecond)
		_, err := s.WaitRun(moment, stage.Settled)
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err := s.Daemon.Kill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Daemon.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run := settled(t, s, ops.Succeeded)
	wantRunning(t, s, "2.5.0")
	wantOneCard(t, s, run, "2.5.0")
}
