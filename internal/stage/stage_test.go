package stage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// limit bounds one run; it is far above what one takes on a busy machine.
const limit = 3 * time.Minute

func small() harness.Options { return harness.Options{DataBytes: 5 << 20} }

func ask(t *testing.T, s *stage.Stage, user, target string) slackemu.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	card, err := s.Ask(ctx, user, target)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func click(t *testing.T, s *stage.Stage, user string, m slackemu.Message, button string) {
	t.Helper()
	if _, err := s.Workspace.Click(t.Context(), user, m, button); err != nil {
		t.Fatal(err)
	}
}

func typed(t *testing.T, s *stage.Stage, user, text string) {
	t.Helper()
	if ack, err := s.Workspace.Type(t.Context(), user, stage.Channel, text); err != nil || !ack.OK() {
		t.Fatalf("%s types %q: %v %s", user, text, err, ack.Failure)
	}
}

// told waits until a user is told something, in the channel or for their eyes only.
func told(t *testing.T, s *stage.Stage, what ...string) slackemu.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m, err := s.Workspace.WaitMessage(ctx, stage.Channel, func(m slackemu.Message) bool {
		for _, w := range what {
			if !m.Contains(w) {
				return false
			}
		}
		return m.FromApp()
	})
	if err != nil {
		t.Fatalf("nobody was told %q: %v", what, err)
	}
	return m
}

func wait(t *testing.T, s *stage.Stage, fits func(ops.Run) bool) ops.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	run, err := s.WaitRun(ctx, fits)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// settled waits for the run to end or to be held, and for it to be in this state.
func settled(t *testing.T, s *stage.Stage, want ops.State) ops.Run {
	t.Helper()
	run := wait(t, s, stage.Settled)
	if run.State != want {
		t.Fatalf("run %s is %s (%s), want %s", run.ID, run.State, run.Reason, want)
	}
	return run
}

// inStep reports whether a run is in the middle of a step.
func inStep(name string) func(ops.Run) bool {
	return func(run ops.Run) bool {
		for _, s := range run.Steps {
			if s.Name == name {
				return s.State == ops.StepStarted
			}
		}
		return false
	}
}

// wantRunning wants the platform at a version: every container of it, no other,
// none stopped, and the edge answering.
func wantRunning(t *testing.T, s *stage.Stage, version string) {
	t.Helper()
	all, err := s.World.Engine.Client.ContainerList(t.Context(), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "com.docker.compose.project="+s.World.Platform.Name)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"keeptrusts/api": 1, "keeptrusts/console": 1, "keeptrusts/gateway": 2}
	for _, c := range all.Items {
		image, tag, _ := strings.Cut(c.Image, ":")
		if _, ours := want[image]; !ours {
			continue
		}
		want[image]--
		if tag != version || c.State != "running" {
			t.Errorf("container %v of %s is %s", c.Names, c.Image, c.State)
		}
	}
	for image, missing := range want {
		if missing != 0 {
			t.Errorf("%s: %d containers too few (negative: too many)", image, missing)
		}
	}
	if err := s.World.Platform.Answers(t.Context()); err != nil {
		t.Error(err)
	}
}

// wantOneCard wants a single card of the run in the channel, that says how it ended.
func wantOneCard(t *testing.T, s *stage.Stage, run ops.Run, says string) {
	t.Helper()
	told(t, s, run.ID, says)
	var cards int
	for _, m := range s.Workspace.Messages(stage.Channel) {
		if m.FromApp() && m.Contains(run.ID) {
			cards++
			if gap := m.MinimumEditGap(); m.Edits() > 0 && gap < 1900*time.Millisecond {
				t.Errorf("the card was edited twice within %s", gap)
			}
		}
	}
	if cards != 1 {
		t.Errorf("%d cards of run %s, want one", cards, run.ID)
	}
}
