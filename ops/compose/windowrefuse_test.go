package compose

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

func TestWindow_DataThatWouldBeLostIsRefusedBeforeTheStop(t *testing.T) {
	w := newWorld(t, strings.Replace(gatewayFile, "[data:/data]", "[/data]", 1))
	if why := w.fail(w.Platform, w.stopStep("2.5.3")); !strings.Contains(why, "without its data") {
		t.Errorf("error is %s", why)
	}
	w.wantImages("2.4.3", "2.4.3")
}

// deaf is an engine on which somebody else starts again what is stopped.
type deaf struct{ client.APIClient }

func (deaf) ContainerStop(context.Context, string, client.ContainerStopOptions) (client.ContainerStopResult, error) {
	return client.ContainerStopResult{}, nil
}

func TestWindow_StopThatDoesNotLastIsSaid(t *testing.T) {
	w := newWorld(t, gatewayFile)
	p := w.open(nil)
	defer p.Close()
	p.engine = deaf{p.engine}
	if why := w.fail(p, w.stopStep("2.5.3")); !strings.Contains(why, "runs though all were stopped") {
		t.Errorf("error is %s", why)
	}
	w.wantImages("2.4.3", "2.4.3")
}

func TestWindow_UnhealthyContainersAreNotDone(t *testing.T) {
	w := newWorld(t, gatewayFile)
	impatient := w.open(func(o *Options) { o.HealthTimeout = time.Second })
	defer impatient.Close()
	w.do(w.stopStep("2.5.1"))
	w.fail(impatient, w.startStep("2.5.1"))
	for _, old := range w.all()[:2] {
		if err := w.remove(t.Context(), old.id, keepVolumes); err != nil {
			t.Fatal(err)
		}
	}
	if done, _, err := w.Handlers()[ops.StartService].Done(t.Context(), task(w.startStep("2.5.1"), nil)); err != nil || done {
		t.Errorf("two containers run the image and neither is healthy, yet Done is %v, %v", done, err)
	}
}

func TestWindow_StartRefusesAnImageOtherThanTheApproved(t *testing.T) {
	w := newWorld(t, gatewayFile)
	step := w.startStep("2.5.3")
	step.ImageID = w.startStep("2.5.0").ImageID
	w.do(w.stopStep("2.5.3"))
	if why := w.fail(w.Platform, step); !strings.Contains(why, "the tag was moved, so plan again") {
		t.Errorf("error is %s", why)
	}
	w.wantImages("2.4.3 exited", "2.4.3 exited")
}

func TestWindow_StartRefusesAFileThatWasChanged(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.3"))
	step := w.startStep("2.5.3")
	w.write("compose.yaml", "name: "+w.name+"\n"+strings.Replace(gatewayFile, "${GATEWAY_VERSION:?set it}", "2.5.0", 1))
	if _, _, err := w.Handlers()[ops.StartService].Done(t.Context(), task(step, nil)); err == nil || !strings.Contains(err.Error(), "plan again") {
		t.Errorf("error is %v", err)
	}
}

func TestWindow_UndoOfAnUnknownVersionSaysWhatToDo(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.3"))
	step := w.stopStep("2.5.3")
	step.From = ops.Version{}
	_, err := w.Handlers()[ops.StopService].(ops.Undoer).Undo(t.Context(), task(step, nil))
	if err == nil || !strings.Contains(err.Error(), "set GATEWAY_VERSION by hand") {
		t.Errorf("error is %v", err)
	}
}
