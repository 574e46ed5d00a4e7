package nginx_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

// What is wrong is said, the edge is as before, and nobody owns a closure.
func TestClose_WhatIsWrongWithNginxIsSaidAndTheEdgeStaysOpen(t *testing.T) {
	somebody := httptest.NewServer(http.NotFoundHandler())
	defer somebody.Close()
	for name, c := range map[string]struct {
		spoil func(*server)
		extra string
		want  string
	}{
		"a reload that hangs": {spoil: func(s *server) { s.options.Reload = []string{"sh", "-c", "sleep 60 & wait"} },
			want: "reload nginx: sh -c sleep 60 & wait: it did not end within"},
		"a test that hangs":   {spoil: func(s *server) { s.options.Test = []string{"sleep", "60"} }, want: "sleep 60: it did not end within"},
		"a reload that fails": {spoil: func(s *server) { s.options.Reload = []string{"false"} }, want: "reload nginx: false: exit status 1"},
		"workers that stay": {spoil: func(s *server) { s.options.Workers = []string{"echo", "29 nginx: worker process"} },
			want: "worker 29 has not been replaced"},
		"no nginx": {spoil: func(s *server) { s.options.Test = []string{"/nowhere/nginx", "-t"} },
			want: "/nowhere/nginx -t: fork/exec /nowhere/nginx: no such file"},
		"an address of somebody else": {spoil: func(s *server) { s.options.URL = somebody.URL }, want: `its state is "" instead of "closed `},
		"an address of nobody":        {spoil: func(s *server) { s.options.URL = "http://127.0.0.1:1" }, want: "connection refused"},
		"a return before the include": {extra: "return 301 https://elsewhere.example.com$request_uri;", want: `its state is "" instead`},
		"a folder that nginx sees elsewhere": {spoil: func(s *server) { s.options.Inside = "/etc/nginx/nowhere" },
			want: `its state is "open `},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c.extra, func(s *server) {
				if c.spoil != nil {
					c.spoil(s)
				}
			})
			s.edge.Hurry(time.Second)
			err := s.edge.Close(t.Context(), closure())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), secret) {
				t.Errorf("%v", err)
			}
			if got := s.ask(t, "GET", "/", "", nil); got.status == http.StatusServiceUnavailable {
				t.Error("callers are turned away")
			}
			if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil {
				t.Errorf("%+v %v", state, err)
			}
		})
	}
}

func TestClose_ACommandThatHangsIsKilledWithItsChildren(t *testing.T) {
	s := start(t, "", func(s *server) {
		s.options.Test = []string{"sh", "-c", `sleep 60 & echo $! > "$0"; wait`, filepath.Join(s.dir, "child")}
	})
	s.edge.Hurry(time.Second)
	if err := s.edge.Close(t.Context(), closure()); err == nil {
		t.Fatal("it closed")
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "child"))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		title, _ := os.ReadFile("/proc/" + strings.TrimSpace(string(text)) + "/cmdline")
		if len(title) > 0 { // else it is gone, or waits for init to bury it
			return fmt.Errorf("%q goes on", title)
		}
		return nil
	})
}

func TestClose_AMistakeFromBeforeKtopsCameIsSaidToBeTheirs(t *testing.T) {
	s := start(t, "")
	text, err := os.ReadFile(filepath.Join(s.dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "nginx.conf", string(text)+"\nbroken by somebody;\n")
	if err := s.edge.Close(t.Context(), closure()); err == nil || !strings.Contains(err.Error(), "the mistake is in nginx's own configuration") {
		t.Errorf("%v", err)
	}
	s.write(t, "nginx.conf", string(text))
	s.close(t)
}

func TestEdge_TwoEnvironmentsInOneNginxCloseAlone(t *testing.T) {
	first := start(t, "")
	port := freePort(t)
	second := first.options
	second.Environment, second.URL, second.Directory = "staging", fmt.Sprintf("http://127.0.0.1:%d", port), filepath.Join(first.dir, "staging")
	if err := os.Mkdir(second.Directory, 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(first.dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	more := fmt.Sprintf("server { listen 127.0.0.1:%d; include %s/ktops.conf; location / { return 200 staging; } }\n}\n", port, second.Directory)
	first.write(t, "nginx.conf", strings.TrimSuffix(string(text), "}\n")+more)
	other, err := nginx.New(second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.open(t)
	first.close(t)
	at := *first
	at.url = second.URL
	if got := at.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("the other environment answers %d", got.status)
	}
	c := closure()
	c.Environment = "staging"
	if err := other.Close(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	first.open(t)
	if got := at.ask(t, "GET", "/", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("the other environment answers %d", got.status)
	}
	if got := first.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("the first environment answers %d", got.status)
	}
}

// What stands at server level for every location must not keep callers from the page.
func TestClose_ThePageIsForEverybody(t *testing.T) {
	for name, extra := range map[string]string{
		"a password":       "auth_basic closed; auth_basic_user_file /dev/null;",
		"an address":       "deny all;",
		"a small body":     "client_max_body_size 1k;",
		"a cache of files": "open_file_cache max=10; open_file_cache_valid 1h; open_file_cache_errors on;",
		"types":            "types { text/plain html; } default_type text/plain;",
		"headers":          "add_header X-Server theirs;",
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, extra)
			s.edge.Hurry(3 * time.Second)
			s.open(t)
			s.close(t)
			got := s.ask(t, "POST", "/login", strings.Repeat("x", 1<<20), map[string]string{"Accept": "text/html"})
			if got.status != http.StatusServiceUnavailable || !strings.Contains(got.head.Get("Content-Type"), "text/html") || !strings.Contains(got.body, "upgrade to 3.0.0") {
				t.Errorf("%d %v", got.status, got.head)
			}
			s.open(t)
			if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil || len(state.Findings) > 0 {
				t.Errorf("%+v %v", state, err)
			}
		})
	}
}

func TestLook_SaysWhatIsMissing(t *testing.T) {
	s := start(t, "")
	look := func() []ops.Finding {
		state, err := s.edge.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return state.Findings
	}
	if got := look(); len(got) != 1 || got[0].Level != ops.Warn || !strings.Contains(got[0].Fact, "is empty") {
		t.Errorf("a file that ktops did not write: %+v", got)
	}
	s.open(t)
	if got := look(); len(got) != 0 {
		t.Errorf("all is there: %+v", got)
	}
	s.options.URL = "http://127.0.0.1:1"
	s.edge = s.newEdge(t)
	if got := look(); ops.Worst(got) != ops.Fail || !strings.Contains(got[0].Fact, "nobody answers at http://127.0.0.1:1") {
		t.Errorf("nobody there: %+v", got)
	}
	if err := os.Remove(filepath.Join(s.dir, "ktops/ktops.conf")); err != nil {
		t.Fatal(err)
	}
	if got := look(); ops.Worst(got) != ops.Fail || !strings.Contains(got[0].Advice, "ktops edge install") {
		t.Errorf("no file: %+v", got)
	}
}
