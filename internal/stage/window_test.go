package stage_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// major is a world that waits for 3.0.0, whose migrations rewrite the largest table.
func major() harness.Options {
	return harness.Options{DataBytes: 30 << 20, Version: "2.5.0", Versions: []string{"2.5.0", "3.0.0"}}
}

func TestWindow_OpensByItselfAndCutsNobody(t *testing.T) {
	hook := stage.StartHook()
	defer hook.Close()
	s := stage.Test(t, stage.Options{World: major(), WindowIn: 20 * time.Second, Webhook: hook.URL()})
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 60})
	defer load.Stop()
	click(t, s, "bob", ask(t, s, "alice", "3.0.0 --window next"), "Approve")
	wait(t, s, func(run ops.Run) bool { return run.State == ops.Scheduled || stage.Settled(run) })
	run := settled(t, s, ops.Succeeded)
	seen := load.Stop()
	t.Logf("callers saw %s; closed for %s", seen, run.ClosedFor(time.Now()))
	for _, step := range run.Steps {
		t.Logf("%-22s %6.2f s %s", step.Name, step.Took().Seconds(), step.Result.Note)
	}
	if seen.Failed+seen.Cut > 0 || seen.Closed == 0 {
		t.Errorf("callers saw %s %q", seen, seen.Samples)
	}
	wantNotices(t, s, hook, "upcoming", "opened", "reopened")
	wantRunning(t, s, "3.0.0")
	wantOneCard(t, s, run, "3.0.0")
	changed, output, err := s.World.Platform.ComposeUp(t.Context())
	if err != nil || changed {
		t.Errorf("docker compose up -d afterwards: changed %v, %v\n%s", changed, err, output)
	}
}

// wantNotices wants these kinds in this order from the webhook, each once and signed,
// and in the channel of the users.
func wantNotices(t *testing.T, s *stage.Stage, hook *stage.Hook, kinds ...string) {
	t.Helper()
	err := harness.Until(t.Context(), "every notice is posted", time.Minute, func(context.Context) error {
		posted, bad := hook.Posted()
		var got []string
		for _, p := range posted {
			got = append(got, p.Kind)
		}
		if !slices.Equal(got, kinds) || len(bad) > 0 {
			return fmt.Errorf("posted %q, refused %q", got, bad)
		}
		if told := len(s.Workspace.Messages("platform-staging")); told != len(kinds) {
			return fmt.Errorf("%d notices in the users' channel:\n%s", told, s.Workspace.Transcript("platform-staging"))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestWindow_ScheduledWithThePickerIsOpenedByHand takes 2.4.3 all the way to a major
// version that is approved into a window a day ahead, which Bob then opens now.
func TestWindow_ScheduledWithThePickerIsOpenedByHand(t *testing.T) {
	world := small()
	world.Versions = []string{"2.4.3", "3.0.0"}
	s := stage.Test(t, stage.Options{World: world, WindowIn: time.Hour})
	typed(t, s, "alice", "/keeptrusts upgrade 3.0.0")
	click(t, s, "bob", told(t, s, "3.0.0", "Schedule…"), "Schedule…")
	picker, err := s.Workspace.WaitModal(t.Context(), "bob", func(slackemu.View) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Workspace.Submit(t.Context(), "bob", picker, nil); err != nil {
		t.Fatal(err)
	}
	wait(t, s, func(run ops.Run) bool { return run.State == ops.Scheduled })
	typed(t, s, "bob", "/keeptrusts windows run-now night")
	click(t, s, "bob", told(t, s, "night", "Open it now"), "Open it now")
	settled(t, s, ops.Succeeded)
	wantRunning(t, s, "3.0.0")
}
