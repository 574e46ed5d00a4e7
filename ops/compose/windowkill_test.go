package compose

import (
	"context"
	"strings"
	"testing"
	"time"

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
	// Before anything was made, while the first boots, and while the second does.
	for _, progress := range []string{"starting 1 of 2", "to become healthy", "starting 2 of 2"} {
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
	began := time.Now()
	w.do(w.stopStep("2.5.3"))
	if took := time.Since(began); took > windowGrace+5*time.Second {
		t.Errorf("the stop took %s", took)
	}
	if !streams() {
		t.Error("the grace was not given: a stream of 4 seconds was cut")
	}
}
