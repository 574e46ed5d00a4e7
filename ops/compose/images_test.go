package compose

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

const apiFile = `
services:
  api:
    image: ${REGISTRY}/api:${API_VERSION}
`

// newImageWorld is a project whose API image is in a registry of its own. It
// does not run: only its images are looked at.
func newImageWorld(t *testing.T, r *registry) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Docker engine")
	}
	w := &world{t: t, dir: t.TempDir(), name: "ktops-images"}
	w.write("compose.yaml", "name: ktops-images\n"+apiFile)
	w.write(".env", "REGISTRY="+r.host()+"\nAPI_VERSION=2.4.3\n")
	p, err := Open(t.Context(), Options{ProjectDir: w.dir, Retry: time.Second,
		Services: map[ops.Component]ServiceOptions{ops.API: {Name: "api", Port: 8080}}})
	if err != nil {
		t.Fatal(err)
	}
	w.Platform = p
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) removeImage(ref string) {
	w.t.Helper()
	if _, err := w.engine.ImageRemove(w.t.Context(), ref, client.ImageRemoveOptions{Force: true}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) observe(target string) ops.PlatformState {
	w.t.Helper()
	state, err := w.Observe(w.t.Context(), version(w.t, target))
	if err != nil {
		w.t.Fatal(err)
	}
	return state
}

func TestObserve_ImageInARegistry(t *testing.T) {
	r := newRegistry(t, "2.5.0", runtime.GOARCH)
	w := newImageWorld(t, r)
	ref := r.host() + "/api:2.5.0"

	state := w.observe("2.5.0")
	defer w.removeImage(ref)
	want := []ops.TargetImage{{Component: ops.API, Ref: ref, ID: r.tags["2.5.0"]}}
	if diff := cmp.Diff(want, state.Images); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantMigrations, state.Migrations); diff != "" || state.MigrationsUnread != "" {
		t.Errorf("%s%s", state.MigrationsUnread, diff)
	}
	if again := w.observe("2.5.0"); again.Images[0].ID != want[0].ID || !again.Images[0].Local {
		t.Errorf("once it is here it is %+v, want the same ID", again.Images[0])
	}
	r.Close()
	if offline := w.observe("2.5.0"); offline.Images[0].ID != want[0].ID || offline.Images[0].Missing != "" {
		t.Errorf("without the registry it is %+v, want the same", offline.Images[0])
	}
}

func TestObserve_SaysWhyAnImageIsMissing(t *testing.T) {
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	r := newRegistry(t, "2.5.0", other)
	w := newImageWorld(t, r)
	for _, c := range []struct{ target, want string }{
		{"2.5.0", "is built for linux/" + other + " and not for this machine's linux/" + runtime.GOARCH},
		{"2.6.0", "is not in the registry"},
	} {
		state := w.observe(c.target)
		if got := state.Images[0].Missing; got != c.want {
			t.Errorf("%s: %q, want %q", c.target, got, c.want)
		}
		if !strings.Contains(state.MigrationsUnread, c.want) {
			t.Errorf("%s: migrations: %q", c.target, state.MigrationsUnread)
		}
	}
	r.Close()
	if got := w.observe("2.5.0").Images[0].Missing; !strings.Contains(got, "cannot be reached") || !strings.Contains(got, "connection refused") {
		t.Errorf("without the registry: %q", got)
	}
}

func TestPull(t *testing.T) {
	r := newRegistry(t, "2.5.0", runtime.GOARCH)
	w := newImageWorld(t, r)
	ref := r.host() + "/api:2.5.0"
	pulling := ops.Task{Report: func(ops.Progress) {}, Step: ops.Step{Kind: ops.PullImages},
		Run: ops.Run{Plan: ops.Plan{Facts: ops.Facts{Images: []ops.ImageFact{{Component: ops.API, Ref: ref, ID: r.tags["2.5.0"]}}}}}}
	h := w.Handlers()[ops.PullImages]

	if done, _, err := h.Done(t.Context(), pulling); done || err != nil {
		t.Fatalf("before: %v, %v", done, err)
	}
	if _, err := h.Do(t.Context(), pulling); err != nil {
		t.Fatal(err)
	}
	defer w.removeImage(ref)
	if done, _, err := h.Done(t.Context(), pulling); !done || err != nil {
		t.Fatalf("after: %v, %v", done, err)
	}

	pulling.Run.Plan.Facts.Images[0].ID = digest([]byte("something else"))
	if done, _, _ := h.Done(t.Context(), pulling); done {
		t.Error("an image with other content counts as pulled")
	}
	if _, err := h.Do(t.Context(), pulling); err == nil || !strings.Contains(err.Error(), "the tag was moved") {
		t.Errorf("a moved tag: %v", err)
	}
	pulling.Run.Plan.Facts.Images[0].Ref = r.host() + "/api:2.6.0"
	if _, err := h.Do(t.Context(), pulling); err == nil || !strings.Contains(err.Error(), "2.6.0") {
		t.Errorf("an unknown tag: %v", err)
	}
}
