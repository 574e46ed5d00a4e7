package nginx_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

func TestClose_TurnsEveryCallerAwayWithWhatTheyUnderstand(t *testing.T) {
	s := start(t, "")
	s.close(t)
	html := map[string]string{"Accept": "text/html,application/xhtml+xml"}
	for name, c := range map[string]struct {
		method, path, body string
		head               map[string]string
		html               bool
	}{
		"a person":               {"GET", "/", "", html, true},
		"a person deep inside":   {"GET", "/policies/7?edit=1", "", html, true},
		"a program":              {"GET", "/api/events", "", nil, false},
		"a browser at the API":   {"GET", "/v1/models", "", html, false},
		"a POST":                 {"POST", "/v1/chat/completions", `{"model":"gpt-4o"}`, nil, false},
		"a POST with a big body": {"POST", "/upload", strings.Repeat("x", 3<<20), nil, false},
		"a person's form":        {"POST", "/login", "a=b", html, true},
		"a wrong secret":         {"GET", "/", "", map[string]string{nginx.BypassHeader: secret + "x"}, false},
		"a DELETE":               {"DELETE", "/v1/keys/1", "", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.ask(t, c.method, c.path, c.body, c.head)
			seconds, err := strconv.Atoi(got.head.Get("Retry-After"))
			if got.status != http.StatusServiceUnavailable || err != nil || seconds < 50 || seconds > 60 {
				t.Errorf("%d, Retry-After %q", got.status, got.head.Get("Retry-After"))
			}
			if !strings.HasPrefix(got.head.Get(nginx.MarkerHeader), "closed ") || got.head.Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", got.head)
			}
			if c.html {
				if !strings.HasPrefix(got.head.Get("Content-Type"), "text/html") || !strings.Contains(got.body, "upgrade to 3.0.0") {
					t.Errorf("%s: %s", got.head.Get("Content-Type"), got.body)
				}
				return
			}
			var told struct {
				Error struct {
					Code, Message string
					RetryAfter    int `json:"retry_after"`
				}
			}
			if err := json.Unmarshal([]byte(got.body), &told); err != nil || told.Error.Code != "maintenance" || told.Error.RetryAfter < 50 {
				t.Errorf("%s %v", got.body, err)
			}
		})
	}
}

func TestClose_LetsOperatorsAndOpenPathsThrough(t *testing.T) {
	s := start(t, "")
	s.close(t)
	for name, c := range map[string]struct {
		path string
		head map[string]string
	}{
		"by header":       {"/v1/models", map[string]string{nginx.BypassHeader: secret}},
		"by cookie":       {"/", map[string]string{"Cookie": nginx.BypassCookie + "=" + secret}},
		"a health check":  {"/health", nil},
		"below static":    {"/static/logo.svg", nil},
		"with an address": {"/health?from=lb", nil},
	} {
		if got := s.ask(t, "GET", c.path, "", c.head); got.status != http.StatusOK || got.body != "platform" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := s.ask(t, "GET", "/healthy", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("a path that only begins like an open one: %d", got.status)
	}
	if got := s.ask(t, "GET", "/.ktops/anything", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("a path of ktops that is none: %d", got.status)
	}
	if got := s.ask(t, "GET", "/.ktops/page", "", nil); got.status != http.StatusNotFound {
		t.Errorf("the page by its own path: %d", got.status)
	}
}

func TestOpen_LeavesNothingOfTheClosure(t *testing.T) {
	s := start(t, "")
	for range 3 {
		s.close(t)
		if state, err := s.edge.Look(t.Context()); err != nil || state.Closed == nil || state.Closed.Run != "r-abc234" {
			t.Fatalf("%+v %v", state, err)
		}
		s.open(t)
		if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil || len(state.Findings) > 0 {
			t.Fatalf("%+v %v", state, err)
		}
		got := s.ask(t, "GET", "/", "", nil)
		if got.status != http.StatusOK || got.head.Get(nginx.MarkerHeader) != "" || got.head.Get("X-Operator") != "kept" {
			t.Errorf("%d %v", got.status, got.head)
		}
	}
	s.open(t) // an open edge opens without a word
}

func TestClose_EndsNoAnswerUnderWayAndTellsWhenTheLastHasEnded(t *testing.T) {
	s := start(t, "")
	resp, err := http.Get(s.url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s.close(t)
	until(t, s, func(d ops.Draining) bool { return d.Workers == 1 && d.Streams == 1 })
	close(s.release)
	text, err := io.ReadAll(resp.Body)
	if err != nil || string(text) != "first last" {
		t.Errorf("%q %v", text, err)
	}
	until(t, s, func(d ops.Draining) bool { return d == ops.Draining{} })
}

func until(t *testing.T, s *server, want func(ops.Draining) bool) {
	t.Helper()
	eventually(t, func() error {
		d, err := s.edge.Draining(t.Context())
		if err == nil && !want(d) {
			return fmt.Errorf("%+v", d)
		}
		return err
	})
}

// A list without any worker is no drain that has ended.
func TestDraining_WorkersThatCannotBeSeenAreNotGone(t *testing.T) {
	s := start(t, "", func(s *server) { s.options.Workers = []string{"echo", "1 nginx: master process"} })
	s.close(t)
	if d, err := s.edge.Draining(t.Context()); err == nil {
		t.Errorf("%+v", d)
	}
}

// Callers never see anything but the platform or the page.
func TestEdge_LosesNobodyWhileItClosesAndOpens(t *testing.T) {
	s := start(t, "")
	ctx, stop := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				resp, err := client.Get(s.url + "/v1/models")
				if err != nil {
					t.Errorf("lost: %v", err)
					return
				}
				page := resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get(nginx.MarkerHeader) != ""
				if resp.StatusCode != http.StatusOK && !page {
					t.Errorf("answered %s", resp.Status)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	for range 5 {
		s.close(t)
		again := closure()
		again.Back = again.Back.Add(time.Hour)
		if err := s.edge.Close(t.Context(), again); err != nil {
			t.Error(err)
		}
		s.all(t, http.StatusServiceUnavailable)
		s.open(t)
		s.all(t, http.StatusOK)
	}
	stop()
	callers.Wait()
}

// all asks often enough to meet every worker.
func (s *server) all(t *testing.T, status int) {
	t.Helper()
	for range 40 {
		if got := s.ask(t, "GET", "/", "", nil); got.status != status {
			t.Errorf("a caller gets %d, not %d", got.status, status)
		}
	}
}

func TestClose_UpdatesWhatItSays(t *testing.T) {
	s := start(t, "")
	s.close(t)
	c := closure()
	c.Back, c.Now = time.Now().Add(10*time.Minute), "verify <b>all</b>"
	if err := s.edge.Close(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	got := s.ask(t, "GET", "/", "", map[string]string{"Accept": "text/html"})
	if seconds, _ := strconv.Atoi(got.head.Get("Retry-After")); seconds < 590 || !strings.Contains(got.body, "verify &lt;b&gt;all") {
		t.Errorf("Retry-After %d: %s", seconds, got.body)
	}
}

func TestClose_ConfigurationThatNginxRefusesChangesNothing(t *testing.T) {
	s := start(t, "")
	s.open(t)
	text, err := os.ReadFile(filepath.Join(s.dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "nginx.conf", string(text)+"\nbroken by somebody;\n")
	err = s.edge.Close(t.Context(), closure())
	if err == nil || !strings.Contains(err.Error(), "unknown directive \"broken\"") || strings.Contains(err.Error(), secret) {
		t.Errorf("%v", err)
	}
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil {
		t.Errorf("%+v %v", state, err)
	}
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("callers get %d", got.status)
	}
	s.write(t, "nginx.conf", string(text))
	s.close(t)
}

func TestClose_AnOperatorsOwnErrorPageIsFoundByTheProof(t *testing.T) {
	s := start(t, "error_page 503 /ours.html;")
	s.open(t)
	err := s.edge.Close(t.Context(), closure())
	if err == nil || !strings.Contains(err.Error(), "no error_page 503 before it") {
		t.Errorf("%v", err)
	}
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("callers get %d", got.status)
	}
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil {
		t.Errorf("%+v %v", state, err)
	}
}

func TestClose_FolderThatCannotBeWrittenIsSaid(t *testing.T) {
	e, err := nginx.New(nginx.Options{URL: "http://127.0.0.1:1", Directory: "/proc/self/task", Bypass: func() string { return secret }})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(t.Context(), closure()); err == nil || !strings.Contains(err.Error(), "must be able to write in the edge's folder") {
		t.Errorf("%v", err)
	}
	if state, err := e.Look(t.Context()); err != nil || ops.Worst(state.Findings) != ops.Fail {
		t.Errorf("%+v %v", state, err)
	}
}

func TestNew_RefusesWhatWouldNotBeSafeInAConfiguration(t *testing.T) {
	good := nginx.Options{URL: "https://kt.example.com", Directory: "/etc/nginx/ktops", Bypass: func() string { return secret }}
	if _, err := nginx.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*nginx.Options){
		"a short secret":          func(o *nginx.Options) { o.Bypass = func() string { return "short" } },
		"a secret with a quote":   func(o *nginx.Options) { o.Bypass = func() string { return `aaaaaaaaaaaaaaaaaaaa") { return 200; }` } },
		"no secret":               func(o *nginx.Options) { o.Bypass = nil },
		"a path with a brace":     func(o *nginx.Options) { o.OpenPaths = []string{`/x") { return 200; }`} },
		"a path without a slash":  func(o *nginx.Options) { o.JSONPaths = []string{"v1"} },
		"a relative folder":       func(o *nginx.Options) { o.Directory = "ktops" },
		"a folder with a space":   func(o *nginx.Options) { o.Inside = "/etc/nginx/k tops;" },
		"no address":              func(o *nginx.Options) { o.URL = "kt.example.com" },
		"a status page in script": func(o *nginx.Options) { o.StatusURL = "javascript:alert(1)" },
	} {
		o := good
		spoil(&o)
		if _, err := nginx.New(o); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), "aaaaaaaa") {
			t.Errorf("%s: the secret is told: %v", name, err)
		}
	}
}
