package harness_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/internal/harness"
)

func TestEngine_PrivateOneRestartsAndLeavesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("needs dockerd")
	}
	w, err := harness.Up(t.Context(), harness.Options{PrivateEngine: true, Versions: []string{"2.4.3"}})
	if err != nil {
		t.Fatal(err)
	}
	restart := w.Engine.Restart(t.Context())
	answers := w.Platform.Answers(t.Context())
	if err := errors.Join(restart, answers, w.Down(t.Context())); err != nil {
		t.Fatal(err)
	}
	engineDir := strings.TrimSuffix(strings.TrimPrefix(w.Engine.Host, "unix://"), "/sock")
	for _, dir := range []string{engineDir, w.Dir, w.Postgres.Data()} {
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", dir, err)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), engineDir) {
		t.Errorf("something is still mounted below %s", engineDir)
	}
}

func TestEngine_SharedOneIsNotOursToRestart(t *testing.T) {
	var shared harness.Engine
	if err := shared.Restart(t.Context()); !errors.Is(err, harness.ErrShared) {
		t.Errorf("got %v", err)
	}
}

func TestWorld_DownLeavesNothingInASharedEngine(t *testing.T) {
	if testing.Short() {
		t.Skip("needs dockerd")
	}
	engine, err := harness.StartEngine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("DOCKER_HOST", engine.Host)
	w, err := harness.Up(t.Context(), harness.Options{RemoveImages: true, Versions: []string{"2.4.3"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	containers, err := engine.Client.ContainerList(t.Context(), client.ContainerListOptions{All: true})
	if err != nil || len(containers.Items) > 0 {
		t.Errorf("containers are left: %v %v", containers.Items, err)
	}
	images, err := engine.Client.ImageList(t.Context(), client.ImageListOptions{All: true})
	if err != nil || len(images.Items) > 0 {
		t.Errorf("images are left: %v %v", images.Items, err)
	}
	networks, err := engine.Client.NetworkList(t.Context(), client.NetworkListOptions{})
	if err != nil || len(networks.Items) != 3 {
		t.Errorf("more than bridge, host and none are left: %v %v", networks.Items, err)
	}
}
