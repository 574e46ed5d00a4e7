package nginx_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// The dead-man rule needs a closed edge to say that it is, whatever became of who
// closed it; and a person must be able to open it with nothing but rm.
func TestClose_WhoeverRemovesTheStateOpensTheEdgeAtOnce(t *testing.T) {
	s := start(t, "")
	s.close(t)
	if err := os.Remove(filepath.Join(s.dir, "ktops/state.json")); err != nil {
		t.Fatal(err)
	}
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("callers get %d", got.status)
	}
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil {
		t.Errorf("%+v %v", state, err)
	}
	s.close(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("callers get %d", got.status)
	}
}

func TestOpen_LetsCallersThroughWhenNginxCannotLoadAnythingAnyMore(t *testing.T) {
	s := start(t, "")
	s.open(t)
	s.close(t)
	text, err := os.ReadFile(filepath.Join(s.dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "nginx.conf", string(text)+"\nbroken by somebody;\n")
	s.open(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("callers get %d", got.status)
	}
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil {
		t.Errorf("%+v %v", state, err)
	}
	s.write(t, "nginx.conf", string(text))
	s.close(t)
	s.open(t)
}

func TestEdge_StaysAsItWasThroughARestartOfNginx(t *testing.T) {
	s := start(t, "")
	s.open(t)
	s.close(t)
	s.stop()
	s.run(t)
	s.answers(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("closed before the restart, callers get %d", got.status)
	}
	s.open(t)
	s.stop()
	s.run(t)
	s.answers(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("opened before the restart, callers get %d", got.status)
	}
}

func TestLook_ADamagedStateIsAClosureOfNobody(t *testing.T) {
	s := start(t, "")
	s.close(t)
	s.write(t, "ktops/state.json", "{half")
	state, err := s.edge.Look(t.Context())
	if err != nil || state.Closed == nil || state.Closed.Run != "" || !strings.Contains(state.Closed.Doing, "damaged") {
		t.Fatalf("%+v %v", state, err)
	}
	s.open(t)
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil {
		t.Errorf("%+v %v", state, err)
	}
}

func TestClose_AFolderIsOneEnvironmentsAlone(t *testing.T) {
	s := start(t, "")
	s.close(t)
	s.options.Environment = "staging"
	other := s.newEdge(t)
	for name, err := range map[string]error{
		"look":  func() error { _, err := other.Look(t.Context()); return err }(),
		"close": other.Close(t.Context(), ops.Closure{Environment: "staging"}),
	} {
		if err == nil || !strings.Contains(err.Error(), "is that of environment production") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
