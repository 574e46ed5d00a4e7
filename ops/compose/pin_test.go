package compose

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestPin_ThereAndBackLeavesTheSameFile(t *testing.T) {
	w := newWorld(t, gatewayFile)
	step := ops.Step{Name: "pin GATEWAY_VERSION", Kind: ops.Pin, Variable: "GATEWAY_VERSION", From: version(t, "2.4.3"), To: version(t, "2.5.0")}
	before := w.read(".env")
	w.do(step)
	if got, want := w.read(".env"), "# versions\nGATEWAY_VERSION=2.5.0 # pinned\n"; got != want {
		t.Errorf("file is %q, want %q", got, want)
	}
	undo := w.Handlers()[ops.Pin].(ops.Undoer)
	for range 2 {
		if _, err := undo.Undo(t.Context(), task(step, nil)); err != nil {
			t.Fatal(err)
		}
		if got := w.read(".env"); got != before {
			t.Errorf("file is %q, want %q", got, before)
		}
	}
	w.write(".env", "GATEWAY_VERSION=2.4.9\n")
	if _, err := undo.Undo(t.Context(), task(step, nil)); err != nil {
		t.Fatal(err)
	}
	if got := w.read(".env"); got != "GATEWAY_VERSION=2.4.9\n" {
		t.Errorf("what somebody else wrote became %q", got)
	}
}

func (w *world) read(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(content)
}
