package compose

import (
	"context"
	"crypto/rand"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

func (w *world) stopStep(to string) ops.Step {
	w.t.Helper()
	return ops.Step{Name: "stop gateway", Kind: ops.StopService, Component: ops.Gateway, Service: "gateway",
		Replicas: 2, Variable: "GATEWAY_VERSION", From: version(w.t, "2.4.3"), To: version(w.t, to)}
}

func (w *world) startStep(to string) ops.Step {
	w.t.Helper()
	step := w.step(1, to)
	step.Name, step.Kind, step.Replica = "start gateway", ops.StartService, 0
	return step
}

func migrates(step ops.Step) ops.Step {
	step.Migrates = true
	return step
}

func (w *world) undo(step ops.Step) {
	w.t.Helper()
	if _, err := w.Handlers()[step.Kind].(ops.Undoer).Undo(w.t.Context(), task(step, nil)); err != nil {
		w.t.Fatalf("undo %s: %v", step.Name, err)
	}
}

// fail does a step that must not succeed, and tells why it did not.
func (w *world) fail(p *Platform, step ops.Step) string {
	w.t.Helper()
	_, err := p.Handlers()[step.Kind].Do(w.t.Context(), task(step, nil))
	if err == nil {
		w.t.Fatalf("%s succeeded", step.Name)
	}
	return err.Error()
}

func (w *world) healthy() {
	w.t.Helper()
	for _, i := range w.all() {
		if err := w.answering(w.t.Context(), i, w.options.Services[ops.Gateway]); err != nil {
			w.t.Errorf("%s: %v", i.name, err)
		}
	}
}

// wantUpToDate makes sure that "docker compose up -d" finds nothing to do.
func (w *world) wantUpToDate() {
	w.t.Helper()
	before := w.all()
	w.up()
	if diff := cmp.Diff(identities(before), identities(w.all())); diff != "" {
		w.t.Errorf("docker compose up -d changed something:\n%s", diff)
	}
}

func (w *world) pin(to string) {
	w.t.Helper()
	w.do(ops.Step{Name: "pin", Kind: ops.Pin, Variable: "GATEWAY_VERSION", From: version(w.t, "2.4.3"), To: version(w.t, to)})
}

func TestWindow_StopsAllAndStartsAllOnTheNewImage(t *testing.T) {
	w := newWorld(t, gatewayFile)
	var seen progress
	began := time.Now()
	if _, err := w.Handlers()[ops.StopService].Do(t.Context(), task(w.stopStep("2.5.3"), seen.report)); err != nil {
		t.Fatal(err)
	}
	t.Logf("stopped in %s", time.Since(began))
	w.wantDone(w.stopStep("2.5.3"))
	w.wantImages("2.4.3 exited", "2.4.3 exited")

	began = time.Now()
	if _, err := w.Handlers()[ops.StartService].Do(t.Context(), task(w.startStep("2.5.3"), seen.report)); err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %s", time.Since(began))
	w.wantDone(w.startStep("2.5.3"))
	w.wantImages("2.5.3", "2.5.3")
	for _, want := range []string{"2 of 2 stopped", "2 of 2 healthy"} {
		if !seen.has(want) {
			t.Errorf("nobody was told %q: %q", want, seen.notes)
		}
	}
	w.pin("2.5.3")
	w.wantUpToDate()
}

func TestWindow_FirstContainerMigratesAlone(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.0"))
	w.do(migrates(w.startStep("2.5.0")))
	w.wantImages("2.5.0", "2.5.0")
	w.healthy()
	if all := w.all(); all[1].started.Sub(all[0].started) < 3*time.Second {
		t.Errorf("the second started at %s, the first only at %s and boots for 3 seconds", all[1].started, all[0].started)
	}
	w.pin("2.5.0")
	w.wantUpToDate()
}

func TestWindow_WithoutMigrationsAllStartTogether(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.0"))
	var seen progress
	if _, err := w.Handlers()[ops.StartService].Do(t.Context(), task(w.startStep("2.5.0"), seen.report)); err != nil {
		t.Fatal(err)
	}
	if seen.has("starting 1 of 2") || !seen.has("starting 2 of 2") {
		t.Errorf("they did not start together: %q", seen.notes)
	}
}

func TestWindow_StoppedServiceStaysStoppedWhenTheEngineRestarts(t *testing.T) {
	w := newWorld(t, strings.Replace(gatewayFile, "unless-stopped", "always", 1))
	policies := func(want string) {
		t.Helper()
		for _, i := range w.all() {
			if string(i.policy) != want {
				t.Errorf("the restart policy of %s is %s, want %s", i.name, i.policy, want)
			}
		}
	}
	policies("always")
	w.do(w.stopStep("2.5.3"))
	policies("unless-stopped")
	w.undo(w.stopStep("2.5.3"))
	policies("always")
	w.do(w.stopStep("2.5.3"))
	w.do(w.startStep("2.5.3"))
	policies("always")
}

func TestWindow_UndoBringsTheSameContainersBack(t *testing.T) {
	w := newWorld(t, gatewayFile)
	before := w.all()
	w.do(w.stopStep("2.5.3"))
	w.undo(w.startStep("2.5.3")) // never ran
	w.undo(w.stopStep("2.5.3"))
	w.wantImages("2.4.3", "2.4.3")
	w.healthy()
	for n, i := range w.all() {
		if i.id != before[n].id {
			t.Errorf("%s was made anew", i.name)
		}
	}
	w.undo(w.stopStep("2.5.3")) // again
	w.wantUpToDate()
}

func TestWindow_UndoAfterTheOldAreGoneMakesThemAnew(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.3"))
	w.do(w.startStep("2.5.3"))
	w.undo(w.startStep("2.5.3"))
	w.wantImages()
	w.undo(w.stopStep("2.5.3"))
	w.wantImages("2.4.3", "2.4.3")
	w.healthy()
	w.wantUpToDate()
}

func TestWindow_UndoReplacesWhatIsMissing(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.3"))
	if err := w.remove(t.Context(), w.all()[0].id, keepVolumes); err != nil {
		t.Fatal(err)
	}
	w.undo(w.stopStep("2.5.3"))
	w.wantImages("2.4.3", "2.4.3")
	w.healthy()
	w.wantUpToDate()
}

func TestWindow_ImageThatNeverGetsHealthyIsSaidAndPutBack(t *testing.T) {
	w := newWorld(t, gatewayFile)
	impatient := w.open(func(o *Options) { o.HealthTimeout = 2 * time.Second })
	defer impatient.Close()
	w.do(w.stopStep("2.5.1"))
	for _, step := range []ops.Step{w.startStep("2.5.1"), migrates(w.startStep("2.5.1"))} {
		if why := w.fail(impatient, step); !strings.Contains(why, "was not healthy within 2 seconds") || !strings.Contains(why, "503") {
			t.Errorf("error is %s", why)
		}
	}
	w.wantImages("2.4.3 exited", "2.4.3 exited", "2.5.1", "2.5.1")
	w.undo(w.startStep("2.5.1"))
	w.wantImages("2.4.3 exited", "2.4.3 exited")
	w.undo(w.stopStep("2.5.1"))
	w.wantImages("2.4.3", "2.4.3")
	w.healthy()
}

func TestWindow_CrashAtBootFailsFastAndIsPutBack(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.2"))
	for range 2 { // what crashed before is made anew, and crashes again
		why := w.fail(w.Platform, migrates(w.startStep("2.5.2")))
		if strings.Contains(why, "not healthy within") {
			t.Errorf("a crash was waited for: %s", why)
		}
		for _, want := range []string{"it ended", "cannot reach postgres://keeptrusts:***@db"} {
			if !strings.Contains(why, want) {
				t.Errorf("error lacks %q: %s", want, why)
			}
		}
		if all := w.all(); len(all) != 3 {
			t.Errorf("%d containers, want two old ones and the one that crashed", len(all))
		}
	}
	w.undo(w.startStep("2.5.2"))
	w.undo(w.stopStep("2.5.2"))
	w.wantImages("2.4.3", "2.4.3")
	w.healthy()
}

func TestWindow_ImageThatCannotStartIsPutBack(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.4"))
	if why := w.fail(w.Platform, w.startStep("2.5.4")); !strings.Contains(why, "/missing") {
		t.Errorf("error is %s", why)
	}
	w.undo(w.startStep("2.5.4"))
	w.undo(w.stopStep("2.5.4"))
	w.wantImages("2.4.3", "2.4.3")
}

func TestWindow_LongMigrationIsNotCutShort(t *testing.T) {
	w := newWorld(t, gatewayFile)
	impatient := w.open(func(o *Options) { o.HealthTimeout = time.Second })
	defer impatient.Close()
	w.do(w.stopStep("2.5.0"))
	if _, err := impatient.Handlers()[ops.StartService].Do(t.Context(), task(migrates(w.startStep("2.5.0")), nil)); err != nil {
		t.Errorf("it boots for 3 seconds: %v", err)
	}
}

func TestWindow_StuckMigrationIsFound(t *testing.T) {
	w := newWorld(t, gatewayFile)
	impatient := w.open(func(o *Options) {
		o.HealthTimeout = time.Second
		o.Migrating = func(context.Context) (bool, error) { return false, nil }
	})
	defer impatient.Close()
	w.do(w.stopStep("2.5.0"))
	if why := w.fail(impatient, migrates(w.startStep("2.5.0"))); !strings.Contains(why, "was not healthy within 1 second") {
		t.Errorf("error is %s", why)
	}
}

func TestWindow_ConfigurationThatWasCorrectedIsTaken(t *testing.T) {
	w := newWorld(t, gatewayFile)
	impatient := w.open(func(o *Options) { o.HealthTimeout = time.Second })
	defer impatient.Close()
	w.do(w.stopStep("2.5.1"))
	w.fail(impatient, w.startStep("2.5.1"))
	w.write("compose.yaml", "name: "+w.name+"\n"+strings.Replace(gatewayFile, "environment:", "environment:\n      MODE: well", 1))
	w.do(w.startStep("2.5.1"))
	w.wantImages("2.5.1", "2.5.1")
	w.pin("2.5.1")
	w.wantUpToDate()
}

func TestWindow_OldContainerThatRunsAgainIsStoppedFirst(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.do(w.stopStep("2.5.3"))
	w.up() // by hand, in the middle of the window
	w.wantImages("2.4.3", "2.4.3")
	if _, err := w.Handlers()[ops.StartService].Do(t.Context(), task(w.startStep("2.5.3"), func(p ops.Progress) {
		old := func(i instance) bool { return i.up() && strings.HasSuffix(i.image, ":2.4.3") }
		if slices.ContainsFunc(w.all(), old) {
			t.Errorf("%s: an old container runs beside the new ones", p.Note)
		}
	})); err != nil {
		t.Fatal(err)
	}
	w.wantImages("2.5.3", "2.5.3")
	w.healthy()
}

func TestWindow_ServiceThatCannotRunTwiceIsReplacedAndPutBack(t *testing.T) {
	name := "the-one-" + strings.ToLower(rand.Text()[:8])
	w := newWorld(t, strings.NewReplacer("the-one", name, "8080:8080", freePort(t)+":8080").Replace(fixedFile))
	one := func(step ops.Step) ops.Step { step.Replicas = 1; return step }
	w.do(one(w.stopStep("2.5.1")))
	impatient := w.open(func(o *Options) { o.HealthTimeout = time.Second })
	defer impatient.Close()
	w.fail(impatient, one(w.startStep("2.5.1")))
	w.undo(one(w.startStep("2.5.1")))
	w.undo(one(w.stopStep("2.5.1")))
	w.wantImages("2.4.3")
	w.wantUpToDate()

	w.do(one(w.stopStep("2.5.3")))
	w.do(one(w.startStep("2.5.3")))
	w.wantImages("2.5.3")
	w.pin("2.5.3")
	w.wantUpToDate()
	if all := w.all(); all[0].name != name {
		t.Errorf("it is called %s", all[0].name)
	}
}

// freePort is one of the host that nobody has.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

const fixedFile = `
services:
  gateway:
    image: ktops-compose-test/gateway:${GATEWAY_VERSION:?set it}
    container_name: the-one
    ports: ["127.0.0.1:8080:8080"]
    restart: unless-stopped
  load:
    image: ktops-compose-test/gateway:2.4.3
    environment:
      TARGET: http://gateway:8080
`
