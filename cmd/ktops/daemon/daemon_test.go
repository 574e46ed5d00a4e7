package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

func TestRun_StartsWithoutItsSurroundingsAndStopsCleanly(t *testing.T) {
	r := start(t, "")
	if diff := cmp.Diff([]string{"production"}, r.client(t).Environments()); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "journal: ok\n"} {
		if status, body := r.get(t, path); status != 200 || body != want {
			t.Errorf("%s answers %d %q", path, status, body)
		}
	}
	if _, body := r.get(t, "/metrics"); !strings.Contains(body, `ktops_build_info{goversion="go`) {
		t.Errorf("no build info in\n%s", body)
	}
	if err := r.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := os.Lstat(r.socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestRun_SecondDaemonIsRefused(t *testing.T) {
	r := start(t, "")
	c, err := config.NewReloader(r.file, lookup)
	if err != nil {
		t.Fatal(err)
	}
	err = Run(t.Context(), Options{Config: c, Logs: &logs{}})
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("Run: %v, want a refusal", err)
	}
	if status, _ := r.get(t, "/healthz"); status != 200 {
		t.Errorf("the first daemon answers %d", status)
	}
}

func TestRun_TellsWhatKeepsItFromStarting(t *testing.T) {
	r := start(t, "")
	taken := strings.Replace(configText(t.TempDir(), "", "production"), "127.0.0.1:0", strings.TrimPrefix(r.web, "http://"), 1)
	c, err := config.NewReloader(r.file, lookup)
	if err != nil {
		t.Fatal(err)
	}
	r.write(t, taken)
	if _, err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	err = Run(t.Context(), Options{Config: c, Logs: &logs{}})
	if err == nil || !strings.Contains(err.Error(), "change listen in ktops.yaml") {
		t.Errorf("Run: %v", err)
	}
}

func TestReadyz_TellsThatSlackIsAway(t *testing.T) {
	r := start(t, "slack: {mode: socket, bot_token: env:BOT, app_token: env:APP, api_url: \"http://127.0.0.1:9/\"}\n")
	status, body := r.get(t, "/readyz")
	if status != 503 || !strings.Contains(body, "slack: not connected to Slack") {
		t.Errorf("/readyz answers %d %q", status, body)
	}
	if strings.Contains(r.logs.String(), "the-value-of-") {
		t.Errorf("a secret was logged:\n%s", r.logs)
	}
}

func TestReload_TakesPoliciesAndNamesWhatNeedsARestart(t *testing.T) {
	r := start(t, "")
	text := configText(r.dir, "log: {level: debug}\n", "production", "staging")
	r.write(t, strings.Replace(text, "unix:root", "unix:alice", 1)+"x-note: new\n")
	got, err := r.client(t).Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := control.Reloaded{Changed: []string{"log", "environment production", "environment staging (new)"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"production", "staging"}, r.client(t).Environments()); diff != "" {
		t.Error(diff)
	}
	r.write(t, strings.Replace(text, "127.0.0.1:0", "127.0.0.1:1", 1))
	for range 2 { // it still differs from what is in force
		if got, err = r.client(t).Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"listen"}, got.NeedsRestart); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReload_ABadFileChangesNothing(t *testing.T) {
	r := start(t, "")
	r.write(t, configText(r.dir, "jurnal: x\n", "production", "staging"))
	_, err := r.client(t).Reload(t.Context())
	if err == nil || !strings.Contains(err.Error(), "jurnal") {
		t.Errorf("Reload: %v", err)
	}
	r.hangups <- os.Interrupt // SIGHUP does the same
	r.logged(t, "the new configuration was not taken")
	if diff := cmp.Diff([]string{"production"}, r.client(t).Environments()); diff != "" {
		t.Error(diff)
	}
}

func TestStatus_TellsWhatCannotBeSeen(t *testing.T) {
	r := start(t, "")
	status, err := r.client(t).Status(t.Context(), "production")
	if err != nil {
		t.Fatal(err)
	}
	if len(status.Findings) < 2 || ops.Worst(status.Findings) != ops.Fail {
		t.Errorf("findings = %v", status.Findings)
	}
	_, err = r.client(t).Plan(t.Context(), ops.Request{Environment: "production", Target: ops.Version{Major: 2, Minor: 5}})
	if err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("Plan: %v", err)
	}
}
