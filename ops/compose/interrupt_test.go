package compose

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// childVariable makes the test binary perform one step, given as JSON, and tell
// its progress on standard output.
const childVariable = "KTOPS_COMPOSE_CHILD"

type childOrder struct {
	Dir  string
	Step ops.Step
	Undo bool
	// Trial is tried on the bench instead of a step.
	Trial *ops.Trial
}

func childMain(order string) error {
	var o childOrder
	if err := json.Unmarshal([]byte(order), &o); err != nil {
		return err
	}
	ctx := context.Background()
	options, report := testOptions(o.Dir), func(now ops.Progress) { fmt.Println(now.Note) }
	if o.Trial != nil {
		onBench(&options)
	}
	p, err := Open(ctx, options)
	if err != nil {
		return err
	}
	if o.Trial != nil {
		return p.Try(ctx, *o.Trial, report)
	}
	work := p.Handlers()[o.Step.Kind].Do
	if o.Undo {
		work = p.Handlers()[o.Step.Kind].(ops.Undoer).Undo
	}
	_, err = work(ctx, task(o.Step, report))
	return err
}

// killAt performs a step in another process and kills it with SIGKILL as soon as
// it tells of a progress.
func (w *world) killAt(step ops.Step, progress string) {
	w.t.Helper()
	w.kill(childOrder{Dir: w.dir, Step: step}, progress)
}

// killUndoAt does so as the step is undone.
func (w *world) killUndoAt(step ops.Step, progress string) {
	w.t.Helper()
	w.kill(childOrder{Dir: w.dir, Step: step, Undo: true}, progress)
}

func (w *world) kill(o childOrder, progress string) {
	w.t.Helper()
	order, err := json.Marshal(o)
	if err != nil {
		w.t.Fatal(err)
	}
	child := exec.CommandContext(w.t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+string(order))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		w.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), progress) {
			if err := child.Process.Kill(); err != nil {
				w.t.Fatal(err)
			}
			_ = child.Wait() // killed
			return
		}
	}
	w.t.Fatalf("the child ended without telling of %q: %v", progress, child.Wait())
}

func TestRoll_KilledAnywhereIsResumed(t *testing.T) {
	for _, progress := range []string{
		"starting a container", "to become healthy", "the edge learns of it", "stopping",
	} {
		t.Run(progress, func(t *testing.T) {
			w := newWorld(t, gatewayFile)
			w.killAt(w.step(1, "2.5.0"), progress)
			w.do(w.step(1, "2.5.0"))
			w.wantImages("2.4.3", "2.5.0")
			w.do(w.step(2, "2.5.0"))
			w.wantImages("2.5.0", "2.5.0")
			w.wantNothingLost()
		})
	}
}

func TestRoll_NewContainerOfAKilledAttemptIsAdopted(t *testing.T) {
	w := newWorld(t, gatewayFile)
	w.killAt(w.step(1, "2.5.0"), "to become healthy")
	newcomer := w.all()[2]
	w.do(w.step(1, "2.5.0"))
	if now := w.all()[1]; now.id != newcomer.id {
		t.Errorf("a second container was made: %s, want %s", now.name, newcomer.name)
	}
}

func TestRoll_NewContainerIsLeftToTheRunnerThatTookTheLease(t *testing.T) {
	w := newWorld(t, gatewayFile)
	ctx, lost := context.WithCancelCause(t.Context())
	_, err := w.Handlers()[ops.Roll].Do(ctx, task(w.step(1, "2.5.0"), func(p ops.Progress) {
		if strings.Contains(p.Note, "edge learns") {
			lost(ops.ErrFenced)
		}
	}))
	if err == nil {
		t.Fatal("the lease was lost, yet it reports success")
	}
	w.wantImages("2.4.3", "2.4.3", "2.5.0")
	w.do(w.step(1, "2.5.0"))
	w.wantImages("2.4.3", "2.5.0")
}

func TestRoll_AbortedWhileTheOldStopsIsUndoneToFullStrength(t *testing.T) {
	w := newWorld(t, gatewayFile)
	ctx, cancel := context.WithCancel(t.Context())
	whole := func() bool { return false }
	_, err := w.Handlers()[ops.Roll].Do(ctx, task(w.step(1, "2.5.3"), func(p ops.Progress) {
		switch {
		case strings.Contains(p.Note, "edge learns"):
			whole = w.openStream(w.all()[0])
		case strings.Contains(p.Note, "stopping") && strings.Contains(p.Note, ": 1 second"):
			cancel()
		}
	}))
	if err == nil {
		t.Fatal("aborted, yet it reports success")
	}
	if _, err := w.Handlers()[ops.Roll].(ops.Undoer).Undo(t.Context(), task(w.step(1, "2.5.3"), nil)); err != nil {
		t.Fatal(err)
	}
	w.wantImages("2.4.3", "2.4.3")
	for _, i := range w.all() {
		if !i.told.IsZero() {
			t.Errorf("%s was told to stop and counts as running", i.name)
		}
	}
	w.wantNothingLost()
	if !whole() {
		t.Error("the stream was cut")
	}
}

func TestRoll_EngineAwayForAMomentIsWaitedFor(t *testing.T) {
	w := newWorld(t, gatewayFile)
	away := newAwayEngine(t, strings.TrimPrefix(w.engine.DaemonHost(), "unix://"))
	p := w.open(func(o *Options) { o.DockerHost = "unix://" + away.socket })
	defer p.Close()
	var once sync.Once
	_, err := p.Handlers()[ops.Roll].Do(t.Context(), task(w.step(1, "2.5.0"), func(now ops.Progress) {
		if strings.Contains(now.Note, "to become healthy") {
			once.Do(away.restart)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.log.String(), "engine does not answer") {
		t.Error("the engine was not missed")
	}
	w.wantImages("2.4.3", "2.5.0")
}

// awayEngine passes connections on to the engine, except while it is away.
type awayEngine struct {
	socket string
	engine string

	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
	serving  sync.WaitGroup
	away     sync.WaitGroup
}

func newAwayEngine(t *testing.T, engine string) *awayEngine {
	t.Helper()
	a := &awayEngine{engine: engine, socket: filepath.Join(t.TempDir(), "sock")}
	if err := a.listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.away.Wait()
		a.drop()
		a.serving.Wait()
	})
	return a
}

func (a *awayEngine) listen() error {
	listener, err := net.Listen("unix", a.socket)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.listener = listener
	a.mu.Unlock()
	a.serving.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			a.pass(in)
		}
	})
	return nil
}

func (a *awayEngine) pass(in net.Conn) {
	out, err := net.Dial("unix", a.engine)
	if err != nil {
		_ = in.Close()
		return
	}
	a.mu.Lock()
	a.open = append(a.open, in, out)
	a.mu.Unlock()
	for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
		a.serving.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
		})
	}
}

func (a *awayEngine) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = a.listener.Close()
	for _, c := range a.open {
		_ = c.Close()
	}
	a.open = nil
}

// restart is away for a second.
func (a *awayEngine) restart() {
	a.drop()
	a.away.Go(func() {
		<-time.After(time.Second)
		_ = a.listen()
	})
}
