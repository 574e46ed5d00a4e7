package nginx_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// edgeImage is nginx as a container; the worlds of the other tests make it.
const edgeImage = "ktops-edge:1"

// inContainer puts a container in the place of nginx on this machine, which sees the
// folder elsewhere, and cannot write there.
func inContainer(t *testing.T) func(*server) {
	return func(s *server) {
		if err := exec.CommandContext(t.Context(), "docker", "image", "inspect", edgeImage).Run(); err != nil {
			t.Skipf("needs an engine that has %s: %v", edgeImage, err)
		}
		s.stop()
		text, err := os.ReadFile(filepath.Join(s.dir, "nginx.conf"))
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, "nginx.conf", strings.ReplaceAll(strings.ReplaceAll(string(text), s.dir+"/ktops/", "/etc/nginx/ktops/"), s.dir, "/tmp"))
		out, err := exec.CommandContext(t.Context(), "docker", "run", "--detach", "--rm", "--network", "host",
			"--volume", filepath.Join(s.dir, "nginx.conf")+":/etc/nginx/nginx.conf:ro", "--volume", s.dir+"/ktops:/etc/nginx/ktops:ro", edgeImage).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		s.options.Container = strings.TrimSpace(string(out))
		t.Cleanup(func() { _ = exec.Command("docker", "kill", s.options.Container).Run() })
		s.options.Inside, s.options.Test, s.options.Reload = "/etc/nginx/ktops", nil, nil
	}
}

func TestEdge_InAContainerClosesAndOpens(t *testing.T) {
	s := start(t, "", inContainer(t))
	i, err := s.edge.Install(t.Context())
	if err != nil || found(i, "include", ops.Pass) == "" {
		t.Fatalf("%+v %v", i, err)
	}
	s.closesAndOpens(t)
}

func TestEdge_InAContainerStaysClosedThroughItsRestart(t *testing.T) {
	s := start(t, "", inContainer(t))
	s.open(t)
	s.close(t)
	if out, err := exec.CommandContext(t.Context(), "docker", "restart", s.options.Container).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.answers(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("callers get %d", got.status)
	}
	s.open(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("callers get %d", got.status)
	}
}
