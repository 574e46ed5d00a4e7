package compose

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

func TestRoll_TwoReplicasUnderLoadLoseNothing(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.step(1, "2.5.0"))
	w.wantImages("2.4.3", "2.5.0")
	w.do(w.step(2, "2.5.0"))
	w.wantImages("2.5.0", "2.5.0")

	eventually(t, "streams that began before have ended", func() bool { return w.counts().Streams > w.before.Streams+6 })
	w.wantNothingLost()
	after := w.counts()
	t.Logf("%d requests and %d streams", after.Requests-w.before.Requests, after.Streams-w.before.Streams)

	pin := ops.Step{Name: "pin", Kind: ops.Pin, Variable: "GATEWAY_VERSION", From: version(t, "2.4.3"), To: version(t, "2.5.0")}
	w.do(pin)
	running := w.all()
	w.up()
	if diff := cmp.Diff(identities(running), identities(w.all())); diff != "" {
		t.Errorf("docker compose up -d changed something:\n%s", diff)
	}
}

func identities(all []instance) []string {
	var ids []string
	for _, i := range all {
		ids = append(ids, i.name+" "+i.id+" "+i.started.String())
	}
	return ids
}

func TestRoll_LongStreamSurvivesTheStop(t *testing.T) {
	w := newWorld(t, gatewayFile)
	whole := func() bool { return false }
	var seen progress
	_, err := w.Handlers()[ops.Roll].Do(t.Context(), task(w.step(1, "2.5.3"), func(p ops.Progress) {
		seen.report(p)
		if strings.Contains(p.Note, "edge learns") { // it is stopped next
			whole = w.openStream(w.all()[0])
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !whole() {
		t.Error("the stream was cut")
	}
	for _, want := range []string{"of at most 10 seconds", "it had "} {
		if !seen.has(want) {
			t.Errorf("nobody was told %q: %q", want, seen.notes)
		}
	}
}

func TestRoll_UnhealthyImageIsRemovedAndTheOldServes(t *testing.T) {
	w := newWorld(t, gatewayFile)
	impatient := w.open(func(o *Options) { o.HealthTimeout = w.options.HealthInterval * 20 })
	defer impatient.Close()
	_, err := impatient.Handlers()[ops.Roll].Do(t.Context(), task(w.step(1, "2.5.1"), nil))
	if err == nil || !strings.Contains(err.Error(), "was not healthy within 2 seconds") || !strings.Contains(err.Error(), "503") {
		t.Errorf("error is %v", err)
	}
	w.wantImages("2.4.3", "2.4.3")
}

func TestRoll_CrashAtBootFailsFastWithTheLogAndWithoutSecrets(t *testing.T) {
	w := newWorld(t, gatewayFile)
	_, err := w.Handlers()[ops.Roll].Do(t.Context(), task(w.step(1, "2.5.2"), nil))
	if err == nil {
		t.Fatal("a crashing image was rolled")
	}
	for _, want := range []string{"it ended", "cannot reach postgres://keeptrusts:***@db"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error tells the password: %v", err)
	}
	w.wantImages("2.4.3", "2.4.3")
}

func TestRoll_ImageThatCannotStartIsRemoved(t *testing.T) {
	w := newWorld(t, gatewayFile)
	_, err := w.Handlers()[ops.Roll].Do(t.Context(), task(w.step(1, "2.5.4"), nil))
	if err == nil || !strings.Contains(err.Error(), "/missing") {
		t.Errorf("error is %v", err)
	}
	w.wantImages("2.4.3", "2.4.3")
}

func TestRoll_DockerHealthcheckIsWaitedFor(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.step(1, "2.5.3"))
	for _, i := range w.all() {
		if i.state.Health != nil && i.state.Health.Status != "healthy" {
			t.Errorf("%s is %s", i.name, i.state.Health.Status)
		}
	}
	w.wantImages("2.4.3", "2.5.3")
}

func TestRoll_EndOfContextLeavesTheOldServing(t *testing.T) {
	w := newWorld(t, gatewayFile)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.Handlers()[ops.Roll].Do(ctx, task(w.step(1, "2.5.0"), func(p ops.Progress) {
		if strings.Contains(p.Note, "to become healthy") {
			cancel()
		}
	}))
	if err == nil {
		t.Fatal("interrupted, yet it reports success")
	}
	w.wantImages("2.4.3", "2.4.3")
	w.do(w.step(1, "2.5.0"))
}

func TestRoll_UndoBringsAllBack(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.step(1, "2.5.3"))
	w.do(w.step(2, "2.5.3"))
	undo := w.Handlers()[ops.Roll].(ops.Undoer)
	for _, replica := range []int{2, 1} {
		if _, err := undo.Undo(t.Context(), task(w.step(replica, "2.5.3"), nil)); err != nil {
			t.Fatal(err)
		}
		w.wantImages("2.4.3", "2.4.3")
	}
	running := w.all()
	w.up()
	if diff := cmp.Diff(identities(running), identities(w.all())); diff != "" {
		t.Errorf("docker compose up -d changed something:\n%s", diff)
	}
}
