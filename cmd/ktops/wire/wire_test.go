package wire_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
)

func lookup(name string) (string, bool) { return "the-value-of-" + name, true }

// example is the whole example, with a journal that can be written.
func example(t *testing.T) *config.Config {
	t.Helper()
	c, err := config.Parse("example.yaml", config.Example(), lookup)
	if err != nil {
		t.Fatal(err)
	}
	c.Journal = filepath.Join(t.TempDir(), "ktops.db")
	return c
}

func quiet() *logrus.Entry {
	log := logrus.New()
	log.SetOutput(&bytes.Buffer{})
	return logrus.NewEntry(log)
}

// Whatever the example configures has a part behind it.
func TestEnvironments_AreComplete(t *testing.T) {
	wiring := wire.New(quiet())
	c := example(t)
	c.Environments[0].Policy.Rehearsal = "required"
	environments, err := wiring.Environments(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(environments) != 2 {
		t.Fatalf("%d environments", len(environments))
	}
	production, staging := environments[0], environments[1]
	for _, kind := range []ops.Kind{ops.PullImages, ops.TakeBackup, ops.VerifyBackup, ops.Roll, ops.Pin, ops.Verify, ops.Prune,
		ops.StopService, ops.StartService, ops.Snapshot} {
		if production.Handlers[kind] == nil {
			t.Errorf("no handler for steps of kind %s", kind)
		}
	}
	for _, kind := range []ops.Kind{ops.Roll, ops.Pin, ops.StopService, ops.StartService, ops.Snapshot} {
		if _, ok := production.Handlers[kind].(ops.Undoer); !ok {
			t.Errorf("steps of kind %s cannot be put back", kind)
		}
	}
	if _, ok := production.Handlers[ops.PullImages].(ops.Undoer); ok {
		t.Error("pulling images changes nothing that could be put back")
	}
	if production.Probe == nil || staging.Probe != nil {
		t.Error("the environment with an edge, and only that, is probed")
	}
	if production.Edge == nil || production.DrainLimit != 2*time.Minute || staging.Edge != nil || staging.DrainLimit != 0 {
		t.Errorf("edges %v and %v, drain limits %s and %s", production.Edge, staging.Edge, production.DrainLimit, staging.DrainLimit)
	}
	if production.Policy.SoakIn != "staging" || production.Releases == nil || production.Rules.LargeTable != 10_000_000_000 {
		t.Errorf("policy %+v, rules %+v", production.Policy, production.Rules)
	}
	if !production.Rules.RequireRehearsal || production.Rules.RehearsalAge != 7*24*time.Hour || staging.Rules.RequireRehearsal {
		t.Errorf("what must be rehearsed: production %+v, staging %+v", production.Rules, staging.Rules)
	}
	if production.Scratch == nil || production.Bench == nil {
		t.Error("there is nothing to rehearse on")
	}
	if err := wiring.Close(); err != nil {
		t.Error(err)
	}
}

func TestEnvironments_ReloadKeepsThePlatformThatIsTheSame(t *testing.T) {
	wiring := wire.New(quiet())
	before, err := wiring.Environments(example(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := example(t)
	changed.Environments[0].Policy.Approvals = 2
	changed.Environments[1].Platform.Compose.Directory = "/elsewhere"
	after, err := wiring.Environments(changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if before[0].Platform != after[0].Platform {
		t.Error("production's platform is another, though only its policy changed")
	}
	if before[0].Edge != after[0].Edge {
		t.Error("production's edge is another, though only its policy changed")
	}
	if before[1].Platform == after[1].Platform {
		t.Error("staging's platform is the same, though its folder changed")
	}
	if after[0].Policy.Approvals != 2 {
		t.Errorf("approvals = %d", after[0].Policy.Approvals)
	}
}

func TestEnvironments_APlatformThatIsAwayIsAskedAgain(t *testing.T) {
	c := example(t)
	dir := t.TempDir()
	c.Environments[0].Platform.Compose.Directory = dir
	c.Environments[0].Platform.Compose.DockerHost = "unix://" + filepath.Join(dir, "docker.sock")
	wiring := wire.New(quiet())
	environments, err := wiring.Environments(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := environments[0].Platform.Observe(t.Context(), ops.Version{}); err == nil || !strings.Contains(err.Error(), "docker.sock") {
			t.Errorf("Observe: %v", err)
		}
	}
	if err := wiring.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := environments[0].Platform.Observe(t.Context(), ops.Version{}); err == nil || strings.Contains(err.Error(), "docker.sock") {
		t.Errorf("Observe after the end: %v", err)
	}
}

func TestOpenAlone_SharesTheJournal(t *testing.T) {
	c := example(t)
	for range 2 {
		alone, err := wire.OpenAlone(t.Context(), c, &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"production", "staging"}, alone.Environments()); diff != "" {
			t.Error(diff)
		}
		if err := alone.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(c.Journal); err != nil {
		t.Error(err)
	}
}

func TestNewLog_MasksSecretsHoweverTheyCameIn(t *testing.T) {
	c := example(t)
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := wire.NewLog(config.Log{Level: "info", Format: format}, &out, wire.Secrets(c))
		log.WithField("run", "r-abc234").WithError(errors.New("connect to postgres://keeptrusts:the-value-of-KT_DB_PASSWORD@db")).Warn("the-value-of-SLACK_BOT_TOKEN")
		if strings.Contains(out.String(), "the-value-of") {
			t.Errorf("a secret in %s", out.String())
		}
		if !strings.Contains(out.String(), "r-abc234") || !strings.Contains(out.String(), "***@db") {
			t.Errorf("the rest is lost: %s", out.String())
		}
	}
}

func TestSecrets_FindsThemAll(t *testing.T) {
	var got []string
	for _, value := range wire.Secrets(example(t)) {
		got = append(got, strings.TrimPrefix(string(value), "the-value-of-"))
	}
	slices.Sort(got)
	want := []string{"KT_API_TOKEN", "KT_DB_PASSWORD", "KT_EDGE_BYPASS", "KT_GATEWAY_KEY", "KT_SMTP_PASSWORD", "KT_STAGING_DB_PASSWORD", "KT_WEBHOOK_SECRET", "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Error(diff)
	}
}

func TestBotEnvironments_KnowTheirChannels(t *testing.T) {
	environments := wire.BotEnvironments(example(t))
	if len(environments) != 2 || environments[0].Channel != "C0123456789" || environments[0].Policy.Approvals != 1 {
		t.Errorf("%+v", environments)
	}
}
