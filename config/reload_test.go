package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/config"
)

func TestReload_TakesAValidFileAndKeepsTheOldOneOtherwise(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ktops.yaml")
	valid := read(t, "testdata/minimal.yaml")
	write(t, file, valid, 0o600)
	r, err := config.NewReloader(file, noSecret)
	if err != nil {
		t.Fatal(err)
	}
	first := r.Current()

	write(t, file, strings.Replace(valid, "host:", "hots:", 1), 0o600)
	_, err = r.Reload()
	var all config.Errors
	if !errors.As(err, &all) || len(all) != 1 {
		t.Errorf("error = %v, want one Error", err)
	}
	if r.Current() != first {
		t.Error("a bad file replaced the good one")
	}

	write(t, file, "log: {level: debug}\n"+valid, 0o600)
	second, err := r.Reload()
	if err != nil {
		t.Fatal(err)
	}
	if r.Current() != second || second.Log.Level != "debug" {
		t.Errorf("current = %+v", r.Current().Log)
	}
}

func TestReload_IsSafeWhileOthersRead(t *testing.T) {
	r, err := config.NewReloader("testdata/minimal.yaml", noSecret)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := r.Reload(); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { _ = r.Current().Environments.Names() })
	}
	wg.Wait()
}

func TestNeedsRestart_NamesWhatADaemonCannotTake(t *testing.T) {
	old := &config.Config{Socket: "/a", Listen: ":1", Slack: &config.Slack{BotToken: config.NewSecret("env:A", "one")}}
	changed := &config.Config{Socket: "/b", Listen: ":1", Slack: &config.Slack{BotToken: config.NewSecret("env:A", "two")}}
	if diff := cmp.Diff([]string{"socket", "slack"}, config.NeedsRestart(old, changed)); diff != "" {
		t.Error(diff)
	}
	if keys := config.NeedsRestart(old, old); len(keys) > 0 {
		t.Errorf("nothing changed, but %v", keys)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}
