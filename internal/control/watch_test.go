package control_test

import (
	"context"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestWatch_TellsOfTheRunThatWasAskedFor(t *testing.T) {
	fake := newFake()
	client := dial(t, serve(t, fake).socket)
	updates := client.Watch(t.Context(), "r-old234")
	fake.Update(ops.Update{Run: ops.Run{ID: "r-other2", State: ops.Running}})
	fake.Update(ops.Update{Run: ops.Run{ID: "r-old234", State: ops.Running}, Progress: ops.Progress{Fraction: 0.5}})
	u := <-updates
	if u.Run.ID != "r-old234" || u.Progress.Fraction != 0.5 {
		t.Errorf("update = %s at %v", u.Run.ID, u.Progress.Fraction)
	}
}

func TestWatch_EndsWithItsContext(t *testing.T) {
	fake := newFake()
	client := dial(t, serve(t, fake).socket)
	ctx, cancel := context.WithCancel(t.Context())
	updates := client.Watch(ctx, "")
	cancel()
	for range updates {
		t.Error("an update of a run that nobody changed")
	}
	eventually(t, "the daemon stops watching", func() bool { return fake.Watchers() == 0 })
}

func TestWatch_EndsWithTheDaemonAndBeginsAnew(t *testing.T) {
	fake := newFake()
	d := serve(t, fake)
	client := dial(t, d.socket)
	updates := client.Watch(t.Context(), "")
	d.stop()
	for range updates {
		t.Error("an update of a run that nobody changed")
	}
	if _, open := <-client.Watch(t.Context(), ""); open {
		t.Error("watching without a daemon is not over at once")
	}
	serveAt(t, fake, d.socket)
	updates = client.Watch(t.Context(), "")
	fake.Update(ops.Update{Run: ops.Run{ID: "r-old234"}})
	if u := <-updates; u.Run.ID != "r-old234" {
		t.Errorf("update of %q after the restart", u.Run.ID)
	}
}
