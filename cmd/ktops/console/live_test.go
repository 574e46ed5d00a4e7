package console_test

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; go test -update when that is right (-want +got):\n%s", file, diff)
	}
}

// runAt is a run in the middle, as it stood at a time.
func runAt(now time.Time, state ops.State) ops.Run {
	return ops.Run{
		ID: "r-abc234", State: state, ProposedAt: now.Add(-10 * time.Minute), StartedAt: now.Add(-80 * time.Second),
		Request: ops.Request{Environment: "production", By: ops.Actor{Name: "Alice"}},
		Plan:    ops.Plan{From: ops.Version{Major: 2, Minor: 4, Patch: 3}, Target: ops.Version{Major: 2, Minor: 5}},
		Steps: []ops.StepRun{
			{Step: ops.Step{Name: "pull images"}, State: ops.StepDone, Attempts: 1, Started: now.Add(-80 * time.Second), Ended: now.Add(-60 * time.Second), Result: ops.Result{Note: "3 images"}},
			{Step: ops.Step{Name: "roll api 1/1"}, State: ops.StepStarted, Attempts: 1, Started: now.Add(-60 * time.Second)},
			{Step: ops.Step{Name: "roll gateway 1/2", Estimate: 20 * time.Second}, State: ops.StepPending},
		},
	}
}

func TestFrame_ShowsEveryStateOfARun(t *testing.T) {
	t.Setenv("TZ", "UTC")
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	progress := ops.Progress{Fraction: 0.4, Note: "waiting until healthy"}
	var pictures []string
	for _, state := range []ops.State{ops.Proposed, ops.Approved, ops.Running, ops.Held, ops.Succeeded} {
		run := runAt(now, state)
		if state == ops.Held {
			run.Reason = "step “roll api 1/1” failed: it does not become healthy"
			run.Steps[1].State, run.Steps[1].Error, run.Steps[1].Ended = ops.StepFailed, "it does not become healthy", now
		}
		u := ops.Update{Run: run, Progress: progress, Remaining: 40 * time.Second}
		pictures = append(pictures, strings.Join(console.Frame(console.Style{}, u, now), "\n"))
	}
	asked := runAt(now, ops.Running)
	asked.Asked, asked.AskedBy = ops.HoldAsked, ops.Actor{Name: "Bob"}
	pictures = append(pictures, strings.Join(console.Frame(console.Style{}, ops.Update{Run: asked, Remaining: 40 * time.Second}, now), "\n"))
	golden(t, "testdata/frames.txt", strings.Join(pictures, "\n\n")+"\n")
}

func TestLive_DrawsInPlaceAndKeepsWithinTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		live := console.NewLive(&out, console.Style{Color: true}, func() int { return 40 })
		if err := live.Tick(); err != nil || out.Len() > 0 {
			t.Errorf("drew %q before anything was to be seen, %v", out.String(), err)
		}
		if err := live.Show(ops.Update{Run: runAt(time.Now(), ops.Running), Remaining: time.Minute}); err != nil {
			t.Fatal(err)
		}
		first := out.String()
		if strings.Contains(first, "\x1b[5A") {
			t.Error("the first picture is drawn over something")
		}
		for line := range strings.SplitSeq(first, "\n") {
			if seen := visible(line); len([]rune(seen)) > 40 {
				t.Errorf("wider than the terminal: %q", seen)
			}
		}
		time.Sleep(10 * time.Second) // of the bubble
		if err := live.Tick(); err != nil {
			t.Fatal(err)
		}
		second := strings.TrimPrefix(out.String(), first)
		if !strings.HasPrefix(second, "\x1b[5A\x1b[J") {
			t.Errorf("the second picture does not replace the five lines: %q", second)
		}
		if !strings.Contains(second, "1m30s gone") {
			t.Errorf("time stands still: %q", second)
		}
	})
}

// visible is a line without its colours.
func visible(s string) string {
	for {
		before, after, found := strings.Cut(s, "\x1b[")
		if !found {
			return s
		}
		_, rest, _ := strings.Cut(after, "m")
		s = before + rest
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestLive_TellsThatNobodyReads(t *testing.T) {
	live := console.NewLive(broken{}, console.Style{}, func() int { return 80 })
	if err := live.Show(ops.Update{}); err == nil || !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("Show: %v", err)
	}
}
