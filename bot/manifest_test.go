package bot_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

// scopes are the bot scopes that a manifest asks for.
func scopes(t testing.TB, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "deploy", "slack", file))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		OAuth struct {
			Scopes struct{ Bot []string } `yaml:"scopes"`
		} `yaml:"oauth_config"`
	}
	if err := yaml.Unmarshal(raw, &manifest); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return manifest.OAuth.Scopes.Bot
}

// The stories run with the least scopes, so a call that needs more fails in them.
func TestManifests_AskForTheLeastScopes(t *testing.T) {
	for _, file := range []string{"manifest.yaml", "manifest-http.yaml"} {
		if got := scopes(t, file); !slices.Equal(got, slackemu.LeastScopes()) {
			t.Errorf("%s asks for %q, want %q", file, got, slackemu.LeastScopes())
		}
	}
}
