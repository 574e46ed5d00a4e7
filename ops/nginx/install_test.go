package nginx_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

// without takes a line out of nginx's configuration, or puts another in its place.
func (s *server) without(t *testing.T, line, instead string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), line, instead, 1)
	if changed == string(text) {
		t.Fatalf("nginx.conf has no %q", line)
	}
	s.write(t, "nginx.conf", changed)
}

func (s *server) reload(t *testing.T) {
	t.Helper()
	s.stop()
	s.run(t)
	s.answers(t)
}

func TestInstall_GoesFromNothingToAnEdgeThatCloses(t *testing.T) {
	s := start(t, "")
	include := "include " + s.dir + "/ktops/ktops.conf;"
	s.without(t, include, "")
	if err := os.Remove(filepath.Join(s.dir, "ktops/ktops.conf")); err != nil {
		t.Fatal(err)
	}
	s.reload(t)
	first, err := s.edge.Install(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Include != include || first.Wrote != s.dir+"/ktops/ktops.conf" {
		t.Errorf("%+v", first)
	}
	if found(first, "include", ops.Fail) == "" || found(first, "answer", ops.Fail) == "" || found(first, "configuration", ops.Pass) == "" {
		t.Errorf("%+v", first.Findings)
	}
	s.without(t, "location / {", include+"\nlocation / {")
	second, err := s.edge.Install(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second.Wrote != "" || found(second, "include", ops.Pass) == "" || !strings.Contains(found(second, "answer", ops.Fail), "not answered by ktops") {
		t.Errorf("added but not loaded: %+v", second)
	}
	s.reload(t)
	third, err := s.edge.Install(t.Context())
	if err != nil || ops.Worst(third.Findings) != ops.Pass {
		t.Errorf("%+v %v", third, err)
	}
	s.close(t)
}

// found is what the finding of a check says; empty where there is none of the level.
func found(i nginx.Installation, check string, level ops.Level) string {
	for _, f := range i.Findings {
		if f.Check == check && f.Level == level {
			return f.Fact + " " + f.Advice
		}
	}
	return ""
}

func TestInstall_FindsWhatWouldKeepTheEdgeFromClosing(t *testing.T) {
	for name, c := range map[string]struct {
		extra, line, instead string
		settle               func(*server)
		check                string
		level                ops.Level
		want                 string
	}{
		"an error page of their own": {extra: "error_page 500 503 /ours.html;", check: "include", level: ops.Fail, want: "stands what wins over it: error_page ("},
		"an answer before it":        {extra: "if ($host = x) { return 200; }", check: "include", level: ops.Fail, want: "if ("},
		"an end of rewriting":        {extra: "rewrite ^/old /new last;", check: "include", level: ops.Fail, want: "rewrite ("},
		"an error page of others":    {extra: "error_page 502 /ours.html;", check: "include", level: ops.Pass, want: "included for"},
		"answers cut early": {line: "events {", instead: "worker_shutdown_timeout 20s; events {", check: "drain", level: ops.Warn,
			want: "nginx cuts answers 20s after a reload, drain_limit would give them 1m0s"},
		"a second door": {line: "server {", instead: "server { listen 127.0.0.1:1; server_name back.example.com; root /srv; }\nserver {", check: "include",
			level: ops.Warn, want: "these cannot: back.example.com on 127.0.0.1:1"},
		"a door that only leads to the first": {line: "server {", instead: "server { listen 127.0.0.1:1; location / { return 301 https://$host; } }\nserver {", check: "include",
			level: ops.Pass, want: "included for"},
		"a mistake of theirs": {line: "events {", instead: "nonsense on;\nevents {", check: "configuration", level: ops.Fail,
			want: "the mistake is in nginx's own configuration"},
		"a test that is no nginx -t": {settle: func(s *server) { s.options.Test = []string{"true"} }, check: "include", level: ops.Warn,
			want: "whole configuration cannot be seen"},
		"a folder that is not there":  {settle: func(s *server) { s.options.Directory += "/nowhere" }, check: "edge", level: ops.Fail, want: "install -d"},
		"another folder in nginx":     {settle: func(s *server) { s.options.Inside = "/etc/nginx/ktops" }, check: "include", level: ops.Warn, want: "which is not in /etc/nginx/ktops"},
		"workers that cannot be seen": {settle: func(s *server) { s.options.Workers = []string{"true"} }, check: "workers", level: ops.Fail, want: "ProtectProc"},
		"nobody at the address":       {settle: func(s *server) { s.options.URL = "http://127.0.0.1:1" }, check: "answer", level: ops.Fail, want: "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c.extra, func(s *server) {
				if c.settle != nil {
					c.settle(s)
				}
			})
			if c.line != "" {
				s.without(t, c.line, c.instead)
			}
			s.edge.Hurry(5 * time.Second)
			i, err := s.edge.Install(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := found(i, c.check, c.level); !strings.Contains(got, c.want) || got == "" {
				t.Errorf("%+v", i.Findings)
			}
			if c.level == ops.Pass && (found(i, c.check, ops.Fail) != "" || found(i, c.check, ops.Warn) != "") {
				t.Errorf("nothing is wrong: %+v", i.Findings)
			}
		})
	}
}

// Another nginx on the machine keeps its workers through a reload of this one.
func TestClose_TheWorkersOfAnotherNginxAreNotWaitedFor(t *testing.T) {
	other, s := start(t, ""), start(t, "")
	other.edge.Hurry(5 * time.Second)
	s.edge.Hurry(5 * time.Second)
	s.close(t)
	if got := other.ask(t, "GET", "/", "", nil); got.status != 200 {
		t.Errorf("the other answers %d", got.status)
	}
	other.close(t)
	until(t, s, func(d ops.Draining) bool { return d == ops.Draining{} })
}
