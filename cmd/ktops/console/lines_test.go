package console_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

func TestLines_TellEachThingOnce(t *testing.T) {
	t.Setenv("TZ", "UTC")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		lines := console.NewLines(&out)
		show := func(run ops.Run) {
			for range 2 { // an update may tell what is known already
				if err := lines.Show(ops.Update{Run: run}); err != nil {
					t.Fatal(err)
				}
			}
		}
		run := runAt(time.Now(), ops.Running)
		show(run)
		run.Asked, run.AskedBy = ops.HoldAsked, ops.Actor{Name: "Bob"}
		show(run)
		run = runAt(time.Now(), ops.Held)
		run.Reason = "held by Bob"
		run.Steps[1].State, run.Steps[1].Error, run.Steps[1].Ended = ops.StepFailed, "it does not become healthy", time.Now()
		show(run)
		var got []string
		for line := range strings.Lines(out.String()) {
			_, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "r-abc234  ")
			got = append(got, what)
		}
		want := []string{
			"running", "pull images: done in 20s, 3 images", "roll api 1/1: begun, about 0s",
			"Bob asked to hold", "held (“held by Bob”)", "roll api 1/1: failed, it does not become healthy",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusal_PutsKtopsBeforeCommandsOnly(t *testing.T) {
	got := console.Refusal(console.Style{}, &ops.Refusal{Why: "no", Try: []string{
		"upgrade 2.4.3", "abort r-abc234", "history", "approve again with a reason", "ask another approver", "backup create"}})
	want := "Refused: no.\nTry: ktops upgrade 2.4.3, or ktops abort r-abc234, or ktops history, " +
		"or approve again with a reason, or ask another approver, or ktops backup create\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDuration_IsAsExactAsItMatters(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 12345 * time.Microsecond: "12ms", 1260 * time.Millisecond: "1.3s", 83700 * time.Millisecond: "1m24s",
		49*time.Hour + 10*time.Minute: "2d1h",
	} {
		if got := console.Duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
