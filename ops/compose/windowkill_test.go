package compose

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestWindow_StopKilledHalfWayIsResumedAndUndone(t *testing.T) {
	for _, progress := range []string{"0 of 2 stopped", "1 of 2 stopped"} {
		t.Run(progress, func(t *testing.T) {
			w := newWorld(t, gatewayFile)
			w.killAt(w.stopStep("2.5.3"), progress)
			w.undo(w.stopStep("2.5.3"))
			w.wantImages("2.4.3", "2.4.3")
			w.healthy()
			w.killAt(w.stopStep("2.5.3"), progress)
			if _, err := w.Handlers()[ops.StopService].Do(t.Context(), task(w.stopStep("2.5.3"), nil)); err != nil {
				t.Fatal(err)
			}
			w.wantDone(w.stopStep("2.5.3"))
		})
	}
}

func TestWindow_StartKilledAnywhereIsUndoneAndResumed(t *testing.T) {
	// Before anything was made, while the first boots, while the second does, and
	// before the old ones are gone.
	for _, progress := range []string{"starting 1 of 2", "to become healthy", "starting 2 of 2", "2 of 2 healthy"} {
		t.Run(progress, func(t *testing.T) {
			w := newWorld(t, gatewayFile)
			w.do(w.stopStep("2.5.0"))
			w.killAt(migrates(w.startStep("2.5.0")), progress)
			w.undo(w.startStep("2.5.0"))
			w.undo(w.stopStep("2.5.0"))
			w.wantImages("2.4.3", "2.4.3")
			w.healthy()
			w.wantUpToDate()

			w.do(w.stopStep("2.5.0"))
			w.killAt(migrates(w.startStep("2.5.0")), progress)
			w.do(migrates(w.startStep("2.5.0")))
			w.wantImages("2.5.0", "2.5.0")
			w.healthy()
			w.pin("2.5.0")
			w.wantUpToDate()
		})
	}
}

func TestWindow_UndoKilledAnywhereIsResumed(t *testing.T) {
	for _, at := range []struct{ step, progress string }{
		{"start", "0 of 2 removed"}, {"start", "1 of 2 removed"},
		{"stop", "starting 2 of 2"}, {"stop", "0 of 2 healthy"}, {"stop", "2 of 2 healthy"},
	} {
		t.Run(at.step+" "+at.progress, func(t *testing.T) {
			w := newWorld(t, gatewayFile)
			w.do(w.stopStep("2.5.3"))
			w.do(w.startStep("2.5.3"))
			if at.step == "start" {
				w.killUndoAt(w.startStep("2.5.3"), at.progress)
				w.undo(w.startStep("2.5.3"))
			} else {
				w.undo(w.startStep("2.5.3"))
				w.killUndoAt(w.stopStep("2.5.3"), at.progress)
			}
			w.undo(w.stopStep("2.5.3"))
			w.wantImages("2.4.3", "2.4.3")
			w.healthy()
			w.wantUpToDate()
		})
	}
}

// What was created and never started has no progress to be killed at.
func TestWindow_CreatedContainersAreStartedOrRemoved(t *testing.T) {
	for _, made := range []int{1, 2} {
		t.Run(fmt.Sprintf("%d of 2", made), func(t *testing.T) {
			w := newWorld(t, gatewayFile)
			create := func() {
				t.Helper()
				a, err := w.forward(t.Context(), w.startStep("2.5.3"))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Platform.create(t.Context(), a, w.all(), made); err != nil {
					t.Fatal(err)
				}
			}
			w.do(w.stopStep("2.5.3"))
			create()
			w.undo(w.startStep("2.5.3"))
			w.wantImages("2.4.3 exited", "2.4.3 exited")
			create()
			w.do(w.startStep("2.5.3"))
			w.wantImages("2.5.3", "2.5.3")
			w.pin("2.5.3")
			w.wantUpToDate()
		})
	}
}

func TestWindow_MigrationSurvivesTheEndOfContext(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.0"))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.Handlers()[ops.StartService].Do(ctx, task(migrates(w.startStep("2.5.0")), func(p ops.Progress) {
		if strings.Contains(p.Note, "to become healthy") {
			cancel()
		}
	}))
	if err == nil {
		t.Fatal("interrupted, yet it reports success")
	}
	w.wantImages("2.4.3 exited", "2.4.3 exited", "2.5.0")
	migrating := w.all()[2]
	w.do(migrates(w.startStep("2.5.0")))
	w.wantImages("2.5.0", "2.5.0")
	if now := w.all()[0]; now.id != migrating.id || !now.started.Equal(migrating.started) {
		t.Error("the container that migrated was not taken over")
	}
}

func TestWindow_StopGivesGrace(t *testing.T) {
	w := newWorld(t, strings.Replace(gatewayFile, "stop_grace_period: 10s", "stop_grace_period: 1s", 1))
	streams := w.openStream(w.all()[0])
	w.do(w.stopStep("2.5.3"))
	if !streams() {
		t.Error("the grace was not given: a stream of 4 seconds was cut")
	}
}
