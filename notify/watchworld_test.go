package notify_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// chronicle is a journal with what happens to runs, in memory.
type chronicle struct {
	mu       sync.Mutex
	events   map[string][]ops.Event
	order    []string
	watchers map[chan ops.Update]bool
	broken   error // of Events, once
}

func newChronicle() *chronicle {
	return &chronicle{events: map[string][]ops.Event{}, watchers: map[chan ops.Update]bool{}}
}

// add has something happen now.
func (c *chronicle) add(run string, e ops.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.events[run]) == 0 {
		c.order = append(c.order, run)
	}
	e.Run, e.Seq, e.At = run, len(c.events[run])+1, time.Now().UTC()
	c.events[run] = append(c.events[run], e)
	for w := range c.watchers {
		w <- ops.Update{Run: ops.Fold(c.events[run])}
	}
}

func (c *chronicle) Environments() []string { return []string{"production"} }

func (c *chronicle) Watch(ctx context.Context, _ string) <-chan ops.Update {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, out := make(chan ops.Update, 1000), make(chan ops.Update)
	c.watchers[w] = true
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				c.mu.Lock()
				delete(c.watchers, w)
				c.mu.Unlock()
				return
			case u := <-w:
				select {
				case out <- u:
				case <-ctx.Done():
				}
			}
		}
	}()
	return out
}

func (c *chronicle) Events(_ context.Context, run string, after int) ([]ops.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.broken; err != nil {
		c.broken = nil
		return nil, err
	}
	return slices.Clone(c.events[run][after:]), nil
}

func (c *chronicle) History(context.Context, string, int) ([]ops.Run, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var runs []ops.Run
	for _, id := range slices.Backward(c.order) {
		runs = append(runs, ops.Fold(c.events[id]))
	}
	return runs, nil
}

func (c *chronicle) Scheduled(ctx context.Context, environment string) ([]ops.Run, error) {
	runs, err := c.History(ctx, environment, 0)
	return slices.DeleteFunc(runs, func(r ops.Run) bool { return r.State != ops.Scheduled }), err
}

// newsroom is a chronicle, a watcher of it, an outbox and three readers.
type newsroom struct {
	*chronicle
	t      *testing.T
	file   string
	db     *sql.DB
	outbox *notify.Outbox
	watch  *notify.Watcher
	log    *bytes.Buffer
	leads  []time.Duration
	opens  time.Time // the window "night"
	stop   func()

	mu    sync.Mutex
	heard []string
	texts map[string]string
	dates map[string]bool // the appointments that invitations were about
	down  bool            // the readers cannot be reached
}

// inNewsroom runs a story in virtual time, three hours before a window opens.
func inNewsroom(t *testing.T, story func(t *testing.T, n *newsroom)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &newsroom{
			chronicle: newChronicle(), t: t, file: filepath.Join(t.TempDir(), "ktops.db"), log: &bytes.Buffer{}, texts: map[string]string{}, dates: map[string]bool{},
			leads: []time.Duration{2 * time.Hour, time.Hour, 10 * time.Minute}, opens: time.Now().Add(3 * time.Hour),
		}
		n.start()
		story(t, n)
		n.stop()
		if t.Failed() {
			t.Logf("the log says:\n%.5000s", n.log)
		}
	})
}

// start is a daemon's start; its end is n.stop.
func (n *newsroom) start() {
	n.t.Helper()
	var err error
	n.db, err = sql.Open("sqlite", "file:"+url.PathEscape(n.file)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		n.t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(n.log)
	var routes []notify.Route
	for _, a := range notify.Audiences() {
		routes = append(routes, notify.Route{Name: string(a), Audience: a, Channel: reader{n}})
	}
	if n.outbox, err = notify.Open(n.t.Context(), n.db, notify.Options{Routes: routes, Log: logrus.NewEntry(log)}); err != nil {
		n.t.Fatal(err)
	}
	n.watch = notify.NewWatcher(notify.WatcherOptions{Runs: n.chronicle, Outbox: n.outbox, Places: n.places(), Log: logrus.NewEntry(log)})
	ctx, cancel := context.WithCancel(context.WithoutCancel(n.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = n.outbox.Run(ctx) })
	running.Go(func() { _ = n.watch.Run(ctx) })
	n.stop = func() {
		cancel()
		running.Wait()
		_ = n.db.Close()
	}
}

func (n *newsroom) places() map[string]notify.Place {
	return map[string]notify.Place{"production": {Zone: "Europe/Berlin", Leads: map[string][]time.Duration{"night": n.leads}}}
}

// reader notes what it is sent: when, to whom, which kind.
type reader struct{ n *newsroom }

func (r reader) Send(_ context.Context, m notify.Message) error {
	r.n.mu.Lock()
	defer r.n.mu.Unlock()
	if r.n.down {
		return errors.New("nobody is at home")
	}
	line := strings.Join([]string{time.Until(r.n.opens).Round(time.Second).String(), string(m.Kind), string(m.Audience)}, " ")
	r.n.heard = append(r.n.heard, line)
	if m.Invitation != nil {
		r.n.dates[m.Invitation.UID] = true
	}
	r.n.texts[string(m.Kind)+" "+string(m.Audience)] = m.Subject + "\n\n" + m.Text
	return nil
}

// reach lets the readers be reached, or not.
func (n *newsroom) reach(yes bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = !yes
}

// pass lets a while go by and what is due happen.
func (n *newsroom) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// until lets time go by to a moment before the opening; a negative one is after it.
func (n *newsroom) until(left time.Duration) { n.pass(time.Until(n.opens) - left) }

// told compares what was heard since the last time; of several audiences at one moment
// the order is not promised.
func (n *newsroom) told(want ...string) {
	n.t.Helper()
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	got := slices.Clone(n.heard)
	slices.Sort(got)
	slices.Sort(want)
	n.heard = nil
	if diff := cmp.Diff(want, got); diff != "" {
		n.t.Errorf("told otherwise than wanted (-want +got):\n%s", diff)
	}
}

// says asks for a text in what an audience heard of a kind last.
func (n *newsroom) says(message string, want ...string) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range want {
		if !strings.Contains(n.texts[message], text) {
			n.t.Errorf("%s does not say %q:\n%s", message, text, n.texts[message])
		}
	}
}

// to is what all of the audiences hear at a time before the opening.
func to(left time.Duration, kind notify.Kind, audiences ...notify.Audience) []string {
	var lines []string
	for _, a := range audiences {
		lines = append(lines, strings.Join([]string{left.String(), string(kind), string(a)}, " "))
	}
	return lines
}

func everybody(left time.Duration, kind notify.Kind) []string {
	return to(left, kind, notify.Users, notify.Operators, notify.Leaders)
}

// opening is the window that the stories are about.
func (n *newsroom) opening() *ops.Opening {
	return &ops.Opening{Window: "night", Key: "2000-01-01T04:00", Zone: "Europe/Berlin", Opens: n.opens, Closes: n.opens.Add(2 * time.Hour)}
}

func windowSteps() []ops.Step {
	return []ops.Step{
		{Name: "pull images", Kind: ops.PullImages, Estimate: time.Minute},
		{Name: "close edge", Kind: ops.CloseEdge, Estimate: time.Second},
		{Name: "drain", Kind: ops.Drain, Estimate: 30 * time.Second},
		{Name: "stop api", Kind: ops.StopService, Component: ops.API, Estimate: 10 * time.Second},
		{Name: "start api", Kind: ops.StartService, Component: ops.API, Estimate: 5 * time.Minute, Migrates: true},
		{Name: "verify", Kind: ops.Verify, Estimate: 19 * time.Second},
		{Name: "open edge", Kind: ops.OpenEdge, Estimate: time.Second},
		{Name: "prune old backups", Kind: ops.Prune},
	}
}

// propose begins a run to 3.0.0 into the opening.
func (n *newsroom) propose(run, replaces string, steps ...ops.Step) {
	plan := ops.Plan{
		Environment: "production", From: ops.Version{Major: 2, Minor: 5}, Target: ops.Version{Major: 3}, Strategy: ops.Window,
		Steps: steps,
	}
	request := ops.Request{Environment: "production", Target: plan.Target, Opening: n.opening(), Replaces: replaces}
	n.add(run, ops.Event{Kind: ops.RunProposed, Plan: &plan, Request: &request})
}

// schedule is a run approved into the opening.
func (n *newsroom) schedule(run string) {
	n.propose(run, "", windowSteps()...)
	n.add(run, ops.Event{Kind: ops.RunApproved, Approval: &ops.Approval{By: ops.Actor{ID: "U_BOB", Name: "Bob"}}})
}

// begin opens the window for a run and starts it.
func (n *newsroom) begin(run string) {
	n.add(run, ops.Event{Kind: ops.RunOpened})
	n.add(run, ops.Event{Kind: ops.RunStarted})
}

// do has steps done, each a minute long.
func (n *newsroom) do(run string, steps ...string) {
	for _, step := range steps {
		n.add(run, ops.Event{Kind: ops.StepBegan, Step: step})
		n.pass(time.Minute)
		result := &ops.Result{}
		switch step {
		case "drain":
			result.StreamsCut = 2
		case "verify":
			result.Report = &ops.Report{Checks: []ops.Finding{{Check: "api health", Level: ops.Pass}, {Check: "exports", Level: ops.Warn, Fact: "3 wait"}}}
		}
		n.add(run, ops.Event{Kind: ops.StepEnded, Step: step, Result: result, Probe: &ops.ProbeResult{Requests: 1200}})
	}
}
