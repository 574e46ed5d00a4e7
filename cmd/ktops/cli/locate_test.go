package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keeptrusts/ktops/config"
)

// What a client glances at is what the daemon reads, also where nothing is said.
func TestGlance_AgreesWithTheConfiguration(t *testing.T) {
	text := config.Example()
	c, err := config.Parse("example.yaml", text, func(string) (string, bool) { return "a-secret-of-24-letters-ok", true })
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ktops.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	g := glanceAt(file)
	if g.Socket != c.Socket || g.Releases.File != c.Releases.File || len(g.Environments) != len(c.Environments) {
		t.Errorf("glanced at %+v", g)
	}
	if got := glanceAt("/nowhere/ktops.yaml").Socket; got != c.Socket {
		t.Errorf("the socket without a file is %s, want the default %s", got, c.Socket)
	}
	if err := os.WriteFile(file, []byte("socket: [not, a, path"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := glanceAt(file).Socket; got != c.Socket {
		t.Errorf("the socket of a broken file is %s, want the default %s", got, c.Socket)
	}
}
