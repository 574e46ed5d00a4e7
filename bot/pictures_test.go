package bot_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/keeptrusts/ktops/internal/browser"
	"github.com/keeptrusts/ktops/ops"
)

var update = flag.Bool("update", false, "write the pictures of the documentation anew")

// A person schedules a major version on the page and watches it run in its window.
// With -update what they see becomes the pictures in docs/images.
func TestPictures_AWindowFromThePlanToTheReport(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	w := overSocket(t)
	run := w.majorUpgrade(t)
	tab := open(t, w.ws.URL()+"/?user=bob")
	see(t, tab, chromedp.Click(`[data-action="run.schedule"]`), shows("#dialog.modal", "Choosing an opening approves"))
	picture(t, tab, "window-schedule.png")
	see(t, tab, chromedp.Click("#dialog footer .button.primary"), shows("#messages", "Latest safe start"))

	w.passes(t, ops.Event{Run: run.ID, Kind: ops.RunOpened, Reason: "window weekly is open"})
	began := time.Now().Add(-run.Plan.Estimate())
	w.passes(t, ops.Event{Run: run.ID, Kind: ops.RunStarted, At: began})
	for _, s := range run.Steps {
		w.passes(t, ops.Event{Run: run.ID, Kind: ops.StepBegan, Step: s.Name, At: began})
		if s.Migrates {
			w.svc.progress(run.ID, ops.Progress{Fraction: 0.7, Note: "0148 rewrite events"})
			see(t, tab, shows("#messages", "Edge closed"), shows("#messages", "Step 10 of 15"), shows("#messages", "0148 rewrite events"))
			picture(t, tab, "window-running.png")
		}
		began = began.Add(max(s.Estimate, time.Second))
		w.passes(t, ops.Event{Run: run.ID, Kind: ops.StepEnded, Step: s.Name, At: began, Result: outcomeOf(s.Step)})
	}
	w.passes(t, ops.Event{Run: run.ID, Kind: ops.RunSucceeded, At: began, Probe: &ops.ProbeResult{Requests: 4210, Streams: 6, Closed: 1480, LongestGap: 180 * time.Millisecond}})
	see(t, tab, shows("#messages", "Succeeded"))
	picture(t, tab, "window-done.png")
}

// majorUpgrade is one that alice asked for, with what ktops finds on a real platform.
func (w *world) majorUpgrade(t *testing.T) ops.Run {
	t.Helper()
	for _, o := range weekly(time.Now()).Next {
		w.svc.openings = append(w.svc.openings, o.Opening)
	}
	p := plan("production", ops.Version{Major: 3})
	p.Strategy, p.Why = ops.Window, "2.4.3 to 3.0.0 is a major version upgrade"
	p.Steps = majorSteps()
	p.Checks = []ops.Finding{
		{Check: "versions", Level: ops.Pass, Fact: "api 1 × 2.4.3, console 1 × 2.4.3, gateway 2 × 2.4.3"},
		{Check: "database disk", Level: ops.Pass, Fact: "75 GB free, migrations may need up to 2.1 GB with the margin"},
		{Check: "snapshot", Level: ops.Pass, Fact: "the database is copied aside behind the closed edge; if anything fails it is put back as it was"},
		{Check: "edge", Level: ops.Pass, Fact: "open, and ready to be closed"},
		{Check: "compatibility", Level: ops.Pass, Fact: "everything goes to 3.0.0 together"},
	}
	p.Facts.Pending = []ops.Migration{{Version: 148, Description: "rewrite events"}}
	req := upgrade("Alice Romero")
	req.Target, req.Environment = p.Target, "production"
	w.svc.mu.Lock()
	w.svc.order = append(w.svc.order, "r-u457cv")
	w.svc.mu.Unlock()
	return w.passes(t, ops.Event{Run: "r-u457cv", Kind: ops.RunProposed, Actor: req.By, Request: &req, Plan: &p})
}

func majorSteps() []ops.Step {
	return []ops.Step{
		{Name: "pull images", Kind: ops.PullImages, Estimate: 12 * time.Second},
		{Name: "back up database", Kind: ops.TakeBackup, Estimate: 41 * time.Second},
		{Name: "read backup back", Kind: ops.VerifyBackup, Estimate: 9 * time.Second},
		{Name: "close edge", Kind: ops.CloseEdge, Estimate: time.Second},
		{Name: "drain", Kind: ops.Drain, Estimate: 8 * time.Second},
		{Name: "stop gateway", Kind: ops.StopService, Component: ops.Gateway, Estimate: 2 * time.Second},
		{Name: "stop console", Kind: ops.StopService, Component: ops.Console, Estimate: time.Second},
		{Name: "stop api", Kind: ops.StopService, Component: ops.API, Estimate: 2 * time.Second},
		{Name: "snapshot database", Kind: ops.Snapshot, Estimate: 7 * time.Second},
		{Name: "start api", Kind: ops.StartService, Component: ops.API, Estimate: 38 * time.Second, Migrates: true},
		{Name: "start console", Kind: ops.StartService, Component: ops.Console, Estimate: 3 * time.Second},
		{Name: "start gateway", Kind: ops.StartService, Component: ops.Gateway, Estimate: 6 * time.Second},
		{Name: "verify", Kind: ops.Verify, Estimate: 4 * time.Second},
		{Name: "open edge", Kind: ops.OpenEdge, Estimate: time.Second},
		{Name: "prune old backups", Kind: ops.Prune, Estimate: time.Second},
	}
}

func outcomeOf(s ops.Step) *ops.Result {
	now := time.Now()
	switch s.Kind {
	case ops.TakeBackup:
		return &ops.Result{Backup: &ops.Backup{File: "/var/backups/keeptrusts/r-u457cv.dump", At: now, Bytes: 214 << 20, Took: 41 * time.Second, VerifiedAt: now, VerifyTook: 9 * time.Second}}
	case ops.Snapshot:
		return &ops.Result{Snapshot: "keeptrusts_before_r_u457cv"}
	case ops.Verify:
		return &ops.Result{Report: &ops.Report{At: now, Checks: []ops.Finding{
			{Check: "api", Level: ops.Pass, Fact: "3.0.0, healthy"}, {Check: "console", Level: ops.Pass, Fact: "answers 200"},
			{Check: "gateway", Level: ops.Pass, Fact: "2 × 3.0.0, healthy"}, {Check: "migrations", Level: ops.Pass, Fact: "148 is the newest, none failed"},
			{Check: "completion", Level: ops.Pass, Fact: "a policy was evaluated in 61 milliseconds"}}}}
	}
	return nil
}

// passes adds an event to a run.
func (w *world) passes(t *testing.T, e ops.Event) ops.Run {
	t.Helper()
	if e.Actor.ID == "" {
		e.Actor = ops.Ktops()
	}
	run, err := w.svc.event(e)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// open opens a page in a browser of its own, sharper than usual.
func open(t *testing.T, url string) context.Context {
	t.Helper()
	tab := browser.Tab(t)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1280, 1100, chromedp.EmulateScale(1.5))); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	see(t, tab, chromedp.Navigate(url), chromedp.WaitReady("body[data-ready]"))
	return tab
}

// see takes steps in the tab; each has to come about within half a minute.
func see(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	browser.Do(t, tab, 30*time.Second, steps...)
}

// shows waits until an element says something.
func shows(element, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](`document.querySelector("` + element + `")?.innerText.includes("` + strings.ReplaceAll(text, `"`, `\"`) + `")`)
}

func picture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	see(t, tab, chromedp.Poll[chromedp.Void]("document.getAnimations().length === 0"))
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatalf("take the picture %s: %v", name, err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("..", "docs", "images", name), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A person asks for the way back and sees what it costs before anybody approves. The
// counts are those of the fake: what is pictured is the card.
func TestPictures_TheAdviceBeforeARollback(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	w := overSocket(t)
	req := upgrade("Alice Romero")
	p := plan("production", req.Target)
	w.svc.mu.Lock()
	w.svc.order = append(w.svc.order, "r-aaaaaa")
	w.svc.mu.Unlock()
	w.passes(t, ops.Event{Run: "r-aaaaaa", Kind: ops.RunProposed, Actor: req.By, Request: &req, Plan: &p})
	w.passes(t, ops.Event{Run: "r-aaaaaa", Kind: ops.RunRejected, Reason: "a stand-in for an upgrade that is over"})
	tab := open(t, w.ws.URL()+"/?user=bob")
	if _, err := w.ws.Type(within(t, 20*time.Second), "bob", prod, "/keeptrusts rollback"); err != nil {
		t.Fatal(err)
	}
	see(t, tab, shows("#messages", "loses 1,204 rows"), shows("#messages", "Images only"))
	picture(t, tab, "rollback-advice.png")
	see(t, tab, chromedp.Click(`[data-action="ask.yes.2"]`), shows("#dialog", "Go back and lose data?"), shows("#dialog", "1,204 rows"))
	picture(t, tab, "rollback-confirm.png")
}
