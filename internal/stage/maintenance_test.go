package stage_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

func TestMaintenance_TypedInSlackClosesTheEdgeAndOpensIt(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	closeEdge(t, s, "maintenance on 30m new disk")
	edge := s.World.Platform.Edge()
	page, head := turnedAway(t, edge+"/", "text/html")
	for _, want := range []string{"<html", "production", "new disk"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if after, err := strconv.Atoi(head.Get("Retry-After")); err != nil || after < 60 || after > 1900 {
		t.Errorf("Retry-After %q", head.Get("Retry-After"))
	}
	if body, _ := turnedAway(t, edge+"/api/v1/policies", "*/*"); !strings.Contains(body, `"code":"maintenance"`) {
		t.Errorf("a program is told %s", body)
	}
	out, bad, code, err := s.Ktops(t.Context(), "verify")
	if err != nil || code != 0 {
		t.Errorf("the checks do not pass the closed edge: exit code %d, %s%s %v", code, out, bad, err)
	}
	typed(t, s, "bob", "/keeptrusts maintenance off the disk is in")
	click(t, s, "bob", told(t, s, "Open now", "the disk is in"), "Open now")
	settled(t, s, ops.Succeeded)
	if err := s.World.Platform.Answers(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMaintenance_EndsByItselfAlsoAfterTheDaemonDied(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	closeEdge(t, s, "maintenance on 1m new disk")
	if err := s.Daemon.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	turnedAway(t, s.World.Platform.Edge()+"/", "text/html")
	if err := s.Daemon.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	settled(t, s, ops.Succeeded)
	if err := s.World.Platform.Answers(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestMaintenance_OfALostDaemonIsOpenedByTheGuard is the dead-man rule as a timer of
// systemd runs it: nobody serves, and the edge is open on what is healthy.
func TestMaintenance_OfALostDaemonIsOpenedByTheGuard(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	closeEdge(t, s, "maintenance on 1m new disk")
	if err := s.Daemon.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := harness.Until(t.Context(), "the guard opens the edge", limit, func(ctx context.Context) error {
		_, _, _, _ = s.Ktops(ctx, "edge", "guard") // what it says is for the log; the edge is what counts
		return harness.Get(ctx, s.World.Platform.Edge()+"/")
	})
	if err != nil {
		t.Fatal(err)
	}
}

// closeEdge types a maintenance command as Alice, has Bob approve it, and waits until
// callers are turned away.
func closeEdge(t *testing.T, s *stage.Stage, command string) {
	t.Helper()
	typed(t, s, "alice", "/keeptrusts "+command)
	click(t, s, "bob", told(t, s, "new disk", "Approve"), "Approve")
	wait(t, s, inStep("stay closed"))
}

// turnedAway asks a closed edge and returns the body and the head of its 503.
func turnedAway(t *testing.T, url, accept string) (body string, head http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%s answers %s with %v", url, resp.Status, resp.Header)
	}
	return string(text), resp.Header
}

func TestFreeze_BlocksAnUpgradeUntilItIsLifted(t *testing.T) {
	s := stage.Test(t, stage.Options{World: small()})
	typed(t, s, "bob", "/keeptrusts freeze 2h big sale")
	click(t, s, "bob", told(t, s, "big sale"), "Freeze")
	told(t, s, "Only an urgent upgrade", "big sale")
	_, bad, code, err := s.Ktops(t.Context(), "upgrade", "2.5.0", "--yes")
	if err != nil || code != 3 || !strings.Contains(bad, "big sale") {
		t.Errorf("an upgrade in a freeze: exit code %d, %s %v", code, bad, err)
	}
	out, bad, code, err := s.Ktops(t.Context(), "freeze", "list", "--json")
	var freezes []ops.Freeze
	if err != nil || code != 0 || json.Unmarshal([]byte(out), &freezes) != nil || len(freezes) != 1 {
		t.Fatalf("ktops freeze list: exit code %d, %s%s %v", code, out, bad, err)
	}
	if _, bad, code, err = s.Ktops(t.Context(), "freeze", "remove", freezes[0].ID); err != nil || code != 0 {
		t.Fatalf("ktops freeze remove: exit code %d, %s %v", code, bad, err)
	}
	ask(t, s, "alice", "2.5.0")
}
