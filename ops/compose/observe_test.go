package compose

import (
	"strings"
	"testing"

	"github.com/docker/compose/v5/pkg/api"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

func TestObserve_WhatRuns(t *testing.T) {
	w := newWorld(t, gatewayFile)
	state := w.observe("2.5.0")
	if len(state.Services) != 1 || len(state.Leftovers) != 0 {
		t.Fatalf("state is %+v", state)
	}
	s := state.Services[0]
	if s.Component != ops.Gateway || s.Name != "gateway" || s.Replicas != 2 || s.Variable != "GATEWAY_VERSION" || s.Fixed != "" || len(s.Containers) != 2 {
		t.Errorf("service is %+v", s)
	}
	for _, c := range s.Containers {
		if c.Version != version(t, "2.4.3") || !c.Healthy || c.StartedAt.IsZero() || !strings.HasPrefix(c.ImageID, "sha256:") {
			t.Errorf("container is %+v", c)
		}
	}
	if len(state.Images) != 1 || state.Images[0].Ref != testImage+":2.5.0" || !state.Images[0].Local || state.Images[0].Missing != "" {
		t.Errorf("images are %+v", state.Images)
	}
}

func TestObserve_TellsWhatIsNotHealthy(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.write(".env", "GATEWAY_VERSION=2.5.1\n")
	w.up()
	state := w.observe("2.5.0")
	for _, c := range state.Services[0].Containers {
		if c.Healthy {
			t.Errorf("%s of an unhealthy image counts as healthy", c.Name)
		}
	}
}

func TestLeftovers_AreSeenAndRemoved(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.killAt(w.step(1, "2.5.0"), "to become healthy") // one runs beyond the number declared
	created := w.create("gateway", map[string]string{
		api.ProjectLabel: w.name, api.ServiceLabel: "gateway", api.OneoffLabel: "False",
		api.ContainerNumberLabel: "9", api.ConfigHashLabel: "none"})

	found := map[string]bool{}
	for _, c := range w.observe("2.5.0").Leftovers {
		found[c.ID] = true
	}
	if len(found) != 2 || !found[created] || !found[w.all()[2].id] {
		t.Errorf("leftovers are %v", found)
	}
	w.do(w.step(1, "2.5.0"))
	w.wantImages("2.4.3", "2.5.0")
}

func (w *world) create(service string, labels map[string]string) string {
	w.t.Helper()
	created, err := w.engine.ContainerCreate(w.t.Context(), client.ContainerCreateOptions{
		Image: testImage + ":2.4.3", Config: &container.Config{Labels: labels}})
	if err != nil {
		w.t.Fatal(service, err)
	}
	return created.ID
}

func TestOpen_SaysWhatIsWrong(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a Docker engine")
	}
	w := &world{t: t, dir: t.TempDir()}
	w.write("compose.yaml", "name: x\nservices: {gateway: {image: 'x:1'}}\n")
	for _, c := range []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"no such service", func(o *Options) { o.Services[ops.API] = ServiceOptions{Name: "apy", Port: 1} }, `has no service "apy": it has gateway`},
		{"no port", func(o *Options) { o.Services[ops.API] = ServiceOptions{Name: "api"} }, "a name and a port are needed"},
		{"no engine", func(o *Options) { o.DockerHost = "unix:///nowhere/sock" }, "reach the Docker engine at unix:///nowhere/sock"},
		{"no project", func(o *Options) { o.ProjectDir = t.TempDir() }, "load compose project in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := testOptions(w.dir)
			c.change(&o)
			if p, err := Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
				if p != nil {
					_ = p.Close()
				}
			}
		})
	}
}
