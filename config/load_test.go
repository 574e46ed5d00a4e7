package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
)

var update = flag.Bool("update", false, "rewrite the golden and generated files")

// everySecret answers every variable with a value of its own.
func everySecret(name string) (string, bool) { return "value-of-" + name, true }

func noSecret(string) (string, bool) { return "", false }

func TestExample_Loads(t *testing.T) {
	c, err := config.Parse("example.yaml", config.Example(), everySecret)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"production", "staging"}, c.Environments.Names()); diff != "" {
		t.Errorf("the order of the file is lost:\n%s", diff)
	}
	production, _ := c.Environments.Get("production")
	if got := production.Database.Password.Reveal(); got != "value-of-KT_DB_PASSWORD" {
		t.Errorf("password = %q", got)
	}
	want := ops.Policy{
		Request:   ops.Who{Users: []string{"*"}},
		Approve:   ops.Who{Users: []string{"U024BE7LH", "unix:root"}, Groups: []string{"S0614TZR7"}},
		Approvals: 1, RollbackApprovals: 2,
		BreakGlass: ops.Who{Users: []string{"U024BE7LH"}},
		SoakIn:     "staging", Soak: 24 * time.Hour, ApprovalTTL: 30 * time.Minute,
	}
	if diff := cmp.Diff(want, production.Policy.Ops()); diff != "" {
		t.Errorf("policy:\n%s", diff)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
}

func TestLoad_FillsInWhatTheExampleShowsAsDefault(t *testing.T) {
	c, err := config.Load("testdata/minimal.yaml", noSecret)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := config.Parse("example.yaml", config.Example(), everySecret)
	if err != nil {
		t.Fatal(err)
	}
	minimal, full := c.Environments[0], shown.Environments[0]
	for _, check := range []struct {
		what      string
		got, want any
	}{
		{"journal", c.Journal, shown.Journal},
		{"socket", c.Socket, shown.Socket},
		{"listen", c.Listen, shown.Listen},
		{"log", c.Log, shown.Log},
		{"services", minimal.Platform.Compose.Services, full.Platform.Compose.Services},
		{"health_timeout", minimal.Platform.Compose.HealthTimeout, full.Platform.Compose.HealthTimeout},
		{"database.port", minimal.Database.Port, full.Database.Port},
		{"backup.keep", minimal.Backup.Keep, full.Backup.Keep},
		{"checks.cli", minimal.Checks.CLI, full.Checks.CLI},
		{"checks.max_table", minimal.Checks.MaxTable, full.Checks.MaxTable},
		{"probe", minimal.Probe, full.Probe},
		{"policy.approval_ttl", minimal.Policy.ApprovalTTL, full.Policy.ApprovalTTL},
		{"policy.request", minimal.Policy.Ops().Request, full.Policy.Ops().Request},
	} {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Errorf("%s (-example +default):\n%s", check.what, diff)
		}
	}
}

func TestLoad_PartOfASectionKeepsTheOtherDefaults(t *testing.T) {
	c, err := config.Load("testdata/partial.yaml", noSecret)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Environments[0].Platform.Compose.Services.API
	want := config.Service{Name: "keeptrusts-api", Port: 9090, Health: "/health/ready"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c.Environments[1].Database.Port != 6000 || c.Environments[1].Database.Host != "db2" {
		t.Errorf("merged section = %v", c.Environments[1].Database)
	}
}

// Every file of testdata/bad has its errors beside it.
func TestLoad_TellsEverythingThatIsWrong(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			var err error
			synctest.Test(t, func(*testing.T) { _, err = config.Load(file, noSecret) }) // in the year 2000
			var all config.Errors
			if !errors.As(err, &all) {
				t.Fatalf("error = %v, want Errors", err)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", all.Error()+"\n")
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the secret is shown")
			}
		})
	}
}

func TestLoad_WithoutAFileSaysHowToBegin(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "ktops.yaml"), noSecret)
	if err == nil || !strings.Contains(err.Error(), "ktops config example") {
		t.Errorf("error = %v", err)
	}
}

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
