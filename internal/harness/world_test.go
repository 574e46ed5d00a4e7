package harness_test

import (
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
)

func world(t *testing.T, options harness.Options) *harness.World {
	t.Helper()
	log := logrus.New()
	log.SetOutput(t.Output())
	log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true, TimestampFormat: "15:04:05.000"})
	options.Log = logrus.NewEntry(log)
	return harness.Test(t, options)
}

func TestWorld_AnswersAndNeedsNothingMore(t *testing.T) {
	w := world(t, harness.Options{})
	load := harness.StartLoad(t.Context(), w.Platform.Edge(), harness.LoadOptions{StreamLength: time.Second})
	if err := w.Platform.Answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed, output, err := w.Platform.ComposeUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if changed {
		t.Errorf("docker compose up -d changed something:\n%s", output)
	}
	seen := load.Stop()
	t.Log(seen)
	if seen.Noticed() > 0 || seen.Requests == 0 || seen.Streams == 0 {
		t.Errorf("an idle world should answer everything: %s %q", seen, seen.Samples)
	}
}

func TestWorld_LosesNothingWhileContainersComeAndGo(t *testing.T) {
	w := world(t, harness.Options{})
	services := []string{"keeptrusts-gateway", "keeptrusts-api", "keeptrusts-console"}
	for _, service := range services {
		if _, err := w.Platform.Compose(t.Context(), "up", "-d", "--no-deps", "--no-recreate", "--scale", service+"=2", service); err != nil {
			t.Fatal(err)
		}
	}
	load := harness.StartLoad(t.Context(), w.Platform.Edge(), harness.LoadOptions{StreamLength: 2 * time.Second})
	for _, service := range services {
		bounce(t, w, service)
	}
	seen := load.Stop()
	t.Log(seen)
	if seen.Noticed() > 0 {
		t.Errorf("callers noticed: %s %q", seen, seen.Samples)
	}
}

// bounce stops each container of a service in turn and starts it again. It goes on
// when the edge has settled, as whoever rolls a service must.
func bounce(t *testing.T, w *harness.World, service string) {
	t.Helper()
	ctx := t.Context()
	all, err := w.Platform.Containers(ctx, service)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if _, err := w.Engine.Client.ContainerStop(ctx, c.ID, client.ContainerStopOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Engine.Client.ContainerStart(ctx, c.ID, client.ContainerStartOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := settled(ctx, w, service, len(all)); err != nil {
			t.Fatal(err)
		}
	}
}
