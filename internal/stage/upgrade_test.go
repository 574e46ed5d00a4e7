package stage_test

import (
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

func TestUpgrade_ApprovedInSlackLosesNoRequest(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	load := harness.StartLoad(t.Context(), s.World.Platform.Edge(), harness.LoadOptions{Rate: 60})
	defer load.Stop()
	click(t, s, "bob", ask(t, s, "alice", "2.5.0"), "Approve")
	run := settled(t, s, ops.Succeeded)
	if seen := load.Stop(); seen.Noticed() > 0 || seen.Streams == 0 {
		t.Errorf("callers saw %s\n%s", seen, strings.Join(seen.Samples, "\n"))
	}
	if p := run.Probe; p.Requests == 0 || p.Failed+p.StreamsCut > 0 || p.Streams == 0 {
		t.Errorf("the probe saw %+v", p)
	}
	if b := run.Backup(); b == nil || b.VerifiedAt.IsZero() {
		t.Errorf("backup %+v", b)
	}
	if rep := run.Report(); rep == nil || rep.Level() == ops.Fail {
		t.Errorf("report %+v", rep)
	}
	wantRunning(t, s, "2.5.0")
	wantOneCard(t, s, run, "2.5.0")
	changed, output, err := s.World.Platform.ComposeUp(t.Context())
	if err != nil || changed {
		t.Errorf("docker compose up -d afterwards: changed %v, %v\n%s", changed, err, output)
	}
	t.Run("and a second time there is nothing to do", func(t *testing.T) {
		typed(t, s, "alice", "/keeptrusts upgrade v2.5.0")
		told(t, s, "already runs 2.5.0")
	})
}

func TestUpgrade_FromTheCommandLineAlone(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small(), Policy: `{request: {users: ["*"]}, approve: {users: ["unix:root"]}, approvals: 0}`})
	if err := s.Daemon.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, bad, code, err := s.Ktops(t.Context(), "upgrade", "2.5.0", "--yes")
	if err != nil || code != 0 {
		t.Fatalf("exit code %d: %s%s %v", code, out, bad, err)
	}
	settled(t, s, ops.Succeeded)
	wantRunning(t, s, "2.5.0")
	_, bad, code, _ = s.Ktops(t.Context(), "upgrade", "2.3.4", "--yes")
	if code != 3 || !strings.Contains(bad, "older") {
		t.Errorf("a downgrade: exit code %d, %s", code, bad)
	}
}
