package compose

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/compose/v5/pkg/api"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

const gatewayFile = `
services:
  gateway:
    image: ktops-compose-test/gateway:${GATEWAY_VERSION:?set it}
    scale: 2
    stop_grace_period: 10s
    restart: unless-stopped
    environment:
      DB_PASSWORD: hunter2-hunter2
    depends_on: [load]
    volumes: [data:/data]
    configs: [settings]
  load:
    image: ktops-compose-test/gateway:2.4.3
    environment:
      TARGET: http://gateway:8080
volumes:
  data: {}
configs:
  settings:
    content: "written by Compose as the container starts"
`

// world is a Compose project that runs on a real engine, and the platform that
// drives it.
type world struct {
	*Platform
	t    *testing.T
	dir  string
	name string
	log  *bytes.Buffer
	// before are the load's counts when the world was ready: its first requests
	// find no gateway yet.
	before loadCounts
}

// newWorld brings the project up on version 2.4.3.
func newWorld(t *testing.T, file string) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Docker engine")
	}
	t.Parallel()
	w := &world{t: t, dir: t.TempDir(), log: &bytes.Buffer{}, name: "ktops-compose-" + strings.ToLower(rand.Text()[:8])}
	w.write("compose.yaml", "name: "+w.name+"\n"+file)
	w.write(".env", "# versions\nGATEWAY_VERSION=2.4.3 # pinned\n")
	w.Platform = w.open(nil)
	t.Cleanup(w.close)
	w.up()
	eventually(t, "load flows", func() bool {
		last := w.before
		w.before = w.counts()
		return w.before.Requests > last.Requests+20 && w.before.Failed == last.Failed
	})
	return w
}

func (w *world) write(name, content string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o640); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) open(change func(*Options)) *Platform {
	w.t.Helper()
	log := logrus.New()
	log.SetOutput(w.log)
	o := testOptions(w.dir)
	o.Log = logrus.NewEntry(log)
	if change != nil {
		change(&o)
	}
	p, err := Open(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func testOptions(dir string) Options {
	return Options{
		ProjectDir: dir, HealthTimeout: time.Minute, HealthInterval: 100 * time.Millisecond, Settle: 500 * time.Millisecond,
		Services: map[ops.Component]ServiceOptions{ops.Gateway: {Name: "gateway", Port: 8080}},
	}
}

// close takes the project away; the test's own context has ended by then.
func (w *world) close() {
	ctx := context.WithoutCancel(w.t.Context())
	if w.t.Failed() {
		w.t.Logf("log of the platform:\n%s", w.log)
	}
	zero := time.Duration(0)
	if err := w.compose.Down(ctx, w.name, api.DownOptions{RemoveOrphans: true, Volumes: true, Timeout: &zero}); err != nil {
		w.t.Error(err)
	}
	if err := w.Close(); err != nil {
		w.t.Error(err)
	}
}

// up does what "docker compose up -d" does: with the command itself where it is
// installed, else with the library that the command is made of.
func (w *world) up() {
	w.t.Helper()
	if exec.Command("docker", "compose", "version").Run() == nil {
		up := exec.CommandContext(w.t.Context(), "docker", "compose", "up", "-d")
		up.Dir = w.dir
		if out, err := up.CombinedOutput(); err != nil {
			w.t.Fatalf("docker compose up: %v\n%s", err, out)
		}
		return
	}
	project, err := w.load(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.compose.Up(w.t.Context(), project, api.UpOptions{
		Create: api.CreateOptions{Recreate: api.RecreateDiverged, RecreateDependencies: api.RecreateDiverged, Inherit: true},
		Start:  api.StartOptions{Project: project},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// step is the roll of one gateway to a version.
func (w *world) step(replica int, to string) ops.Step {
	w.t.Helper()
	image := testImage + ":" + to
	step := ops.Step{Name: fmt.Sprintf("roll gateway %d/2", replica), Kind: ops.Roll, Component: ops.Gateway, Service: "gateway",
		Replica: replica, Replicas: 2, Variable: "GATEWAY_VERSION", Image: image, From: version(w.t, "2.4.3"), To: version(w.t, to)}
	local, err := w.local(w.t.Context(), image)
	if err != nil {
		w.t.Fatal(err)
	}
	if local != nil {
		step.ImageID = local.id
	}
	return step
}

func version(t *testing.T, s string) ops.Version {
	t.Helper()
	v, err := ops.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func task(step ops.Step, report func(ops.Progress)) ops.Task {
	if report == nil {
		report = func(ops.Progress) {}
	}
	return ops.Task{Step: step, Attempt: 1, Report: report}
}

// do performs a step as the runner does: Done first, then Do, then Done again.
func (w *world) do(step ops.Step) {
	w.t.Helper()
	h := w.Handlers()[step.Kind]
	done, _, err := h.Done(w.t.Context(), task(step, nil))
	if err != nil || done {
		w.t.Fatalf("%s: before it, Done is %v, %v", step.Name, done, err)
	}
	if _, err := h.Do(w.t.Context(), task(step, nil)); err != nil {
		w.t.Fatalf("%s: %v", step.Name, err)
	}
	w.wantDone(step)
}

func (w *world) wantDone(step ops.Step) {
	w.t.Helper()
	if done, _, err := w.Handlers()[step.Kind].Done(w.t.Context(), task(step, nil)); err != nil || !done {
		w.t.Fatalf("%s: after it, Done is %v, %v", step.Name, done, err)
	}
}

func (w *world) all() []instance {
	w.t.Helper()
	all, err := w.instances(w.t.Context(), w.name, "gateway")
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// wantImages compares the tags and states of all the gateway's containers,
// stopped ones too, in order of their numbers.
func (w *world) wantImages(want ...string) {
	w.t.Helper()
	var got []string
	for _, i := range w.all() {
		tag, _ := imageTag(i.image)
		if i.state.Status != "running" {
			tag += " " + string(i.state.Status)
		}
		got = append(got, tag)
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		w.t.Fatalf("containers are %q, want %q", got, want)
	}
}

// loadCounts are what the load generator has counted so far.
type loadCounts struct {
	Requests, Failed    int
	Streams, StreamsCut int
	Versions            map[string]int
	Errors              []string
}

func (w *world) counts() loadCounts {
	w.t.Helper()
	all, err := w.instances(w.t.Context(), w.name, "load")
	if err != nil || len(all) != 1 {
		w.t.Fatalf("load containers: %d, %v", len(all), err)
	}
	response, err := http.Get("http://" + all[0].addresses[0].String() + ":8080/counts")
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var counts loadCounts
	if err := json.NewDecoder(response.Body).Decode(&counts); err != nil {
		w.t.Fatal(err)
	}
	return counts
}

// wantNothingLost makes sure that no request failed and no stream was cut since
// the world was ready.
func (w *world) wantNothingLost() {
	w.t.Helper()
	now := w.counts()
	if now.Failed > w.before.Failed || now.StreamsCut > w.before.StreamsCut {
		w.t.Errorf("load saw failures: before %+v, now %+v", w.before, now)
	}
}

// openStream begins a stream of four seconds at a container and returns once it
// flows. What it returns tells whether the stream came to its end.
func (w *world) openStream(i instance) func() bool {
	w.t.Helper()
	response, err := http.Get("http://" + i.addresses[0].String() + ":8080/stream")
	if err != nil {
		w.t.Fatal(err)
	}
	return func() bool {
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return err == nil && bytes.HasSuffix(body, []byte("done\n"))
	}
}

// eventually polls until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		}
	}
}

// progress collects what a step reports.
type progress struct {
	mu    sync.Mutex
	notes []string
}

func (p *progress) report(now ops.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notes = append(p.notes, now.Note)
}

func (p *progress) has(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(strings.Join(p.notes, "\n"), text)
}
