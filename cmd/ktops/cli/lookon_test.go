package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

// served is a daemon with a run that waits for approval.
func served(t *testing.T) (dir string, fake *controltest.Fake) {
	t.Helper()
	dir, fake = t.TempDir(), newFake()
	fake.Approvals = 1
	stop, err := startDaemon(t.Context(), filepath.Join(dir, "ktops.sock"), fake)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	if _, err := fake.Propose(t.Context(), ops.Request{Environment: "production", Target: target, By: alice}); err != nil {
		t.Fatal(err)
	}
	return dir, fake
}

func TestHistory_FollowsARunToItsOutcome(t *testing.T) {
	for state, code := range map[ops.State]int{ops.Succeeded: 0, ops.RolledBack: 1, ops.Rejected: 3} {
		t.Run(string(state), func(t *testing.T) {
			dir, fake := served(t)
			c := run(t, dir, parts{}, "history", "r-abc234", "--follow")
			eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
			r := clone(onTheWay(t, fake, 5))
			eventually(t, "the step is told", func() bool { return strings.Contains(c.out.String(), "pull images: begun") })
			r.State, r.Seq = state, 9
			fake.Update(ops.Update{Run: r})
			c.exits(t, code)
		})
	}
}

func TestHistory_FollowsAsJSONLines(t *testing.T) {
	dir, fake := served(t)
	c := run(t, dir, parts{}, "history", "r-abc234", "--follow", "--json")
	eventually(t, "it is watched", func() bool { return fake.Watchers() == 1 })
	eventually(t, "the run is shown", func() bool { return strings.HasPrefix(c.out.String(), `{"run":{"id":"r-abc234"`) })
	c.interrupts <- os.Interrupt
	c.exits(t, 0)
	if c.err.String() != "" {
		t.Errorf("said %q", c.err)
	}
}

// Alone too: who only looks neither holds the run nor executes it.
func TestHistory_CtrlCOnlyStopsWatching(t *testing.T) {
	dir, fake := t.TempDir(), newFake()
	if _, err := fake.Propose(t.Context(), ops.Request{Environment: "production", Target: target, By: alice}); err != nil {
		t.Fatal(err)
	}
	onTheWay(t, fake, 5)
	c := run(t, dir, aloneOn{fake: fake}, "history", "r-abc234", "--follow")
	eventually(t, "the step is told", func() bool { return strings.Contains(c.out.String(), "pull images: begun") })
	c.interrupts <- os.Interrupt
	c.exits(t, 0)
	if want := "Watch it again with: ktops history r-abc234 --follow\n"; !strings.HasSuffix(c.err.String(), want) {
		t.Errorf("said %q", c.err)
	}
	if got, err := fake.Run(t.Context(), "r-abc234"); err != nil || got.State != ops.Running {
		t.Errorf("the run is %s, %v", got.State, err)
	}
}

// A line between two pictures would leave the head of the first behind.
func TestFollow_SaysNothingBesideALiveView(t *testing.T) {
	dir, _ := served(t)
	term := newTerminal(t)
	c := runOn(t, term, dir, parts{}, "history", "r-abc234", "--follow")
	eventually(t, "it is drawn twice", func() bool { return strings.Count(c.out.String(), "ktops approve r-abc234") > 1 })
	if got := c.err.String(); got != "" {
		t.Errorf("said %q", got)
	}
	c.interrupts <- os.Interrupt
	c.exits(t, 0)
}
