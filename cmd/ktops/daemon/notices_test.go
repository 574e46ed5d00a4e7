package daemon

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/notify/webhook"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// hook takes notices at a webhook and notes their kinds and what is wrong with them.
type hook struct {
	*httptest.Server
	mu      sync.Mutex
	kinds   []string
	keys    map[string]bool
	wrong   []string
	arrived chan struct{}
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{keys: map[string]bool{}, arrived: make(chan struct{}, 100)}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		h.wrong = append(h.wrong, err.Error())
	}
	mac := hmac.New(sha256.New, []byte("the-value-of-HOOK"))
	mac.Write([]byte(r.Header.Get(webhook.TimestampHeader) + "."))
	mac.Write(text)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); r.Header.Get(webhook.SignatureHeader) != want {
		h.wrong = append(h.wrong, "signature "+r.Header.Get(webhook.SignatureHeader))
	}
	if key := r.Header.Get(webhook.KeyHeader); h.keys[key] {
		h.wrong = append(h.wrong, key+" came twice")
	} else {
		h.keys[key] = true
	}
	var notice struct{ Kind string }
	if err := json.Unmarshal(text, &notice); err != nil {
		h.wrong = append(h.wrong, err.Error())
	}
	h.kinds = append(h.kinds, notice.Kind)
	w.WriteHeader(http.StatusNoContent)
	h.arrived <- struct{}{}
}

// until waits for as many notices.
func (h *hook) until(t *testing.T, n int) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		h.mu.Lock()
		got := len(h.kinds)
		h.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-h.arrived:
		case <-late:
			t.Fatalf("%d of %d notices arrived in 30 seconds: %v", got, n, h.kinds)
		}
	}
}

// happens adds events to a run, as a daemon of before did.
func happens(t *testing.T, dir, run string, events ...ops.Event) {
	t.Helper()
	j, err := journal.Open(t.Context(), filepath.Join(dir, "ktops.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	before, _ := j.Events(t.Context(), run, 0) // none before the first
	for i, e := range events {
		e.Run, e.Seq, e.At, e.Actor = run, len(before)+i+1, time.Now().UTC(), ops.Ktops()
		if err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// windowRun are the events of a run that is approved into a window.
func windowRun(opens time.Time) []ops.Event {
	plan := ops.Plan{Environment: "production", From: ops.Version{Major: 2, Minor: 5}, Target: ops.Version{Major: 3}, Strategy: ops.Window, Steps: []ops.Step{
		{Name: "close edge", Kind: ops.CloseEdge, Estimate: time.Second}, {Name: "open edge", Kind: ops.OpenEdge, Estimate: time.Second}}}
	opening := &ops.Opening{Window: "night", Key: opens.UTC().Format("2006-01-02T15:04"), Zone: "UTC", Opens: opens, Closes: opens.Add(time.Hour)}
	return []ops.Event{
		{Kind: ops.RunProposed, Plan: &plan, Request: &ops.Request{Environment: "production", Target: plan.Target, Opening: opening}},
		{Kind: ops.RunApproved},
	}
}

// A window is told in order, in Slack and to a webhook, by four daemons one after the
// other: nothing twice.
func TestNotices_AWindowIsToldOnceByDaemonsThatAreRestarted(t *testing.T) {
	ws, err := slackemu.Start(slackemu.Options{BotToken: "the-value-of-BOT", AppToken: "the-value-of-APP"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	hook, dir := newHook(t), t.TempDir()
	text := configText(dir, fmt.Sprintf(`slack: {mode: socket, bot_token: "env:BOT", app_token: "env:APP", api_url: %q}
notices:
  channels:
    - {name: users, audience: users, slack: C0PROD}
    - {name: on-call, audience: operators, webhook: {url: %q, secret: "env:HOOK"}}
  templates:
    opened: {subject: "closed, be patient"}
`, ws.APIURL(), hook.URL), "production")
	text = strings.TrimRight(text, "\n") + "\n    windows:\n      night: {cron: \"0 3 1 1 *\", zone: UTC, duration: 1h, does: [verify], notices: [24h, 1h]}\n"
	done := func(step string) ops.Event {
		return ops.Event{Kind: ops.StepEnded, Step: step, Result: &ops.Result{}}
	}
	for i, chapter := range []struct {
		events []ops.Event
		slack  string
		posted int
	}{
		{windowRun(time.Now().Add(50 * time.Minute)), "will be closed for maintenance in 50 minutes", 1},
		{[]ops.Event{{Kind: ops.RunOpened}, {Kind: ops.RunStarted}, done("close edge"), {Kind: ops.RunHeld, Reason: "a person looks"}}, "closed, be patient", 3},
		{[]ops.Event{{Kind: ops.RunResumed}, {Kind: ops.RunStarted}, done("open edge"), {Kind: ops.RunSucceeded}}, "production is open again", 4},
		{[]ops.Event{{Kind: ops.Alarm, Reason: "the last thing that is told"}}, "production is open again", 5},
	} {
		happens(t, dir, "r-abc234", chapter.events...)
		d := startIn(t, dir, text)
		hook.until(t, chapter.posted)
		soon, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		if _, err := ws.WaitMessage(soon, "C0PROD", func(m slackemu.Message) bool { return strings.Contains(m.Text, chapter.slack) }); err != nil {
			t.Errorf("chapter %d: %v\n%s", i, err, d.logs)
		}
		cancel()
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	}
	hook.mu.Lock()
	defer hook.mu.Unlock()
	if diff := cmp.Diff([]string{"upcoming", "opened", "held", "reopened", "alarm"}, hook.kinds); diff != "" || len(hook.wrong) > 0 {
		t.Errorf("the webhook was told otherwise:\n%s%v", diff, hook.wrong)
	}
	var said []string
	for _, m := range ws.Messages("C0PROD") {
		first, _, _ := strings.Cut(m.Text, "\n")
		said = append(said, strings.Trim(first, "*"))
	}
	if len(said) != 3 || !strings.HasPrefix(said[0], "production: maintenance ") || said[1] != "closed, be patient" || said[2] != "production is open again" {
		t.Errorf("Slack was told %q", said)
	}
}

func TestReload_TakesNewChannelsWordsAndTheStatusPage(t *testing.T) {
	r := start(t, "")
	if code, _ := r.get(t, "/status"); code != http.StatusNotFound {
		t.Errorf("the status page is shown though nobody asked for it: %d", code)
	}
	hook := newHook(t)
	more := fmt.Sprintf(`notices:
  channels: [{name: on-call, audience: operators, webhook: {url: %q, secret: "env:HOOK"}}]
  templates: {alarm: {subject: "wake up"}}
status: {public: true, url: "https://status.example.com/status"}
`, hook.URL)
	r.write(t, configText(r.dir, more, "production"))
	told, err := r.client(t).Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"notices", "status"}, told.Changed); diff != "" {
		t.Error(diff)
	}
	drafts, err := r.client(t).Drafts(t.Context(), notify.Alarm, "on-call")
	if err != nil || len(drafts) != 1 || drafts[0].Subject != "wake up" {
		t.Errorf("%+v: %v", drafts, err)
	}
	if code, body := r.get(t, "/status.json"); code != http.StatusOK || !strings.Contains(body, `"operational"`) {
		t.Errorf("%d %s", code, body)
	}
	late := time.Now().Add(10 * time.Second)
	for body := ""; !strings.Contains(body, `ktops_notices_depth{channel="on-call"} 0`); _, body = r.get(t, "/metrics") {
		if time.Now().After(late) {
			t.Fatalf("the new channel is missing in\n%s", body)
		}
	}
}

// What the scheduler found out about a window before a restart is told after it.
func TestNotices_AnOccurrenceThatFailedIsTold(t *testing.T) {
	hook, dir := newHook(t), t.TempDir()
	j, err := journal.Open(t.Context(), filepath.Join(dir, "ktops.db"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(t.Context(), j.DB())
	if err != nil {
		t.Fatal(err)
	}
	opens := time.Now().Add(-time.Hour)
	failed := store.Occurrence{Occurrence: ops.Occurrence{
		Environment: "production", State: ops.BrokeDown, Reason: "backup: the disk is full",
		Opening: ops.Opening{Window: "nightly", Key: "2026-11-25T02:00", Zone: "UTC", Opens: opens, Closes: opens.Add(time.Minute)},
	}}
	if _, err := kept.Insert(t.Context(), failed, store.Untold); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	startIn(t, dir, configText(dir, fmt.Sprintf(
		"notices: {channels: [{name: on-call, audience: operators, webhook: {url: %q, secret: \"env:HOOK\"}}]}\n", hook.URL), "production"))
	hook.until(t, 1)
	hook.mu.Lock()
	defer hook.mu.Unlock()
	if diff := cmp.Diff([]string{"occurrence-failed"}, hook.kinds); diff != "" {
		t.Error(diff)
	}
}
