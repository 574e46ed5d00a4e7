package wire

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

const bypass = "a-secret-of-24-letters-ok"

func maintained(m config.Maintenance) config.Environment {
	m.Directory, m.Bypass = "/etc/nginx/ktops", config.NewSecret("env:BYPASS", bypass)
	return config.Environment{
		Name: "production", Edge: &config.Edge{URL: "https://keeptrusts.example.com", Maintenance: &m},
		Platform: config.Platform{Compose: config.Compose{DockerHost: "unix:///run/docker.sock"}},
	}
}

func TestEdge_HasEverySettingOfTheConfiguration(t *testing.T) {
	e := maintained(config.Maintenance{
		Inside: "/etc/nginx/inside", Container: "edge-1", Agent: []string{"ssh", "edge1"}, Test: []string{"t"}, Reload: []string{"r"}, Workers: []string{"w"},
		OpenPaths: []string{"/static/"}, JSONPaths: []string{"/v1/"}, StatusURL: "https://status.example.com", Title: "Keeptrusts",
		DrainLimit: config.Duration(time.Minute),
	})
	got := edge{e.Edge.URL, *e.Edge.Maintenance, e.Platform.Compose.DockerHost, e.Name}.options(nil)
	if got.Bypass() != bypass {
		t.Error("it has another secret")
	}
	got.Bypass = nil
	want := nginx.Options{
		Environment: "production", URL: "https://keeptrusts.example.com", Directory: "/etc/nginx/ktops", Inside: "/etc/nginx/inside",
		Container: "edge-1", Agent: []string{"ssh", "edge1"}, Test: []string{"t"}, Reload: []string{"r"}, Workers: []string{"w"},
		Env: []string{"DOCKER_HOST=unix:///run/docker.sock"}, OpenPaths: []string{"/static/"}, JSONPaths: []string{"/v1/"},
		StatusURL: "https://status.example.com", Title: "Keeptrusts", DrainLimit: time.Minute,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEdge_ThatCannotBeClosedIsNone(t *testing.T) {
	w := New(logrus.NewEntry(logrus.New()))
	for name, e := range map[string]config.Environment{
		"no edge": {Name: "a"}, "only probed": {Name: "b", Edge: &config.Edge{URL: "http://127.0.0.1:9"}},
	} {
		closing, err := w.closer(e)
		if err != nil || closing != nil {
			t.Errorf("%s: %v, %v", name, closing, err)
		}
		if door(e).Secret != nil || marker(e) != "" {
			t.Errorf("%s: nothing can be passed", name)
		}
	}
}

func TestEdge_OnlyTheChecksPassAClosedOne(t *testing.T) {
	e := maintained(config.Maintenance{})
	d := door(e)
	if d.Edge != e.Edge.URL || d.Header != "X-Ktops-Bypass" || d.Secret() != bypass {
		t.Errorf("%+v", d)
	}
	if marker(e) != "X-Ktops-Edge" {
		t.Errorf("the probe looks for %q", marker(e))
	}
}

// behind is a console behind a closed edge.
func behind(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(nginx.BypassHeader) != bypass {
		w.Header().Set(nginx.MarkerHeader, "closed abc")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func TestEdge_ChecksPassItAndTheProbeIsToldThatItIsClosed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(behind))
	defer server.Close()
	e := maintained(config.Maintenance{})
	e.Edge.URL, e.Endpoints = server.URL, config.Endpoints{API: server.URL, Gateway: server.URL, Console: server.URL}
	e.Edge.Routes, e.Probe.Rate = []config.Route{{Name: "console", Path: "/", Status: http.StatusOK}}, 100
	app := newApp(e, newPlatform(e.Platform.Compose, nil), nowhere{})
	report, err := app.Verify(t.Context(), ops.Version{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Checks {
		if f.Check == "console" && f.Level != ops.Pass {
			t.Errorf("%+v", f)
		}
	}
	probing := probeOf(e)(t.Context())
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); probing.Result().Requests == 0 && time.Now().Before(deadline); {
		<-tick.C
	}
	if got := probing.Stop(); got.Requests == 0 || got.Closed != got.Requests || got.Failed != 0 {
		t.Errorf("%+v", got)
	}
}

// nowhere is a database that cannot be asked.
type nowhere struct{}

func (nowhere) ObserveDatabase(context.Context) (ops.DatabaseState, error) {
	return ops.DatabaseState{}, errClosed
}

func (nowhere) Applied(context.Context) ([]ops.AppliedMigration, error) { return nil, errClosed }

func TestDatabase_KeepsSnapshotsAsLongAsConfigured(t *testing.T) {
	e := config.Environment{Backup: config.Backup{SnapshotKeep: config.Duration(36 * time.Hour)}}
	if got := databaseOptions(e, newPlatform(config.Compose{}, nil), nil).SnapshotKeep; got != 36*time.Hour {
		t.Errorf("%s", got)
	}
}

func TestEdge_IsTheSameAfterAReloadUnlessItsSettingsChanged(t *testing.T) {
	w := New(logrus.NewEntry(logrus.New()))
	one, err := w.Edge(maintained(config.Maintenance{}))
	if err != nil {
		t.Fatal(err)
	}
	same, err := w.Edge(maintained(config.Maintenance{}))
	if err != nil || same != one {
		t.Errorf("another edge for the same settings: %v", err)
	}
	other, err := w.Edge(maintained(config.Maintenance{OpenPaths: []string{"/static/"}}))
	if err != nil || other == one {
		t.Errorf("the same edge for other settings: %v", err)
	}
}
