package nginx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

// The variables by which this test binary is an agent, and with what.
const agentFolder, agentTest, agentReload = "KTOPS_TEST_AGENT", "KTOPS_TEST_AGENT_TEST", "KTOPS_TEST_AGENT_RELOAD"

func serveAsAgent(folder string) error {
	return nginx.Serve(context.Background(), nginx.HostOptions{
		Directory: folder, Test: strings.Fields(os.Getenv(agentTest)), Reload: strings.Fields(os.Getenv(agentReload)),
	}, os.Stdin, os.Stdout)
}

// byAgent has the edge spoken to through a process of its own.
func byAgent(s *server) {
	s.options.Agent = []string{os.Args[0]}
	s.options.Env = []string{agentFolder + "=" + s.options.Directory,
		agentTest + "=" + strings.Join(s.options.Test, " "), agentReload + "=" + strings.Join(s.options.Reload, " ")}
	s.options.Test, s.options.Reload = []string{"/nowhere/nginx"}, []string{"/nowhere/nginx"} // the agent's own count
}

func TestAgent_ClosesAndOpensAnotherMachine(t *testing.T) {
	s := start(t, "", byAgent)
	s.closesAndOpens(t)
}

func TestAgent_BehindASocketClosesAndOpens(t *testing.T) {
	s := start(t, "", func(s *server) {
		host := nginx.HostOptions{Directory: s.options.Directory, Test: s.options.Test, Reload: s.options.Reload}
		s.options.Agent = []string{"unix:" + listen(t, func(conn net.Conn) {
			if err := nginx.Serve(context.Background(), host, conn, conn); err != nil {
				t.Error(err)
			}
		})}
	})
	s.closesAndOpens(t)
}

// closesAndOpens goes through all that an edge does.
func (s *server) closesAndOpens(t *testing.T) {
	t.Helper()
	if _, err := s.edge.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.open(t)
	resp, err := http.Get(s.url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s.close(t)
	until(t, s, func(d ops.Draining) bool { return d == ops.Draining{Workers: 1, Streams: 1} })
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("closed, callers get %d", got.status)
	}
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed == nil || state.Closed.Run != "r-abc234" {
		t.Errorf("%+v %v", state, err)
	}
	close(s.release)
	until(t, s, func(d ops.Draining) bool { return d == ops.Draining{} })
	s.open(t)
	if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
		t.Errorf("opened, callers get %d", got.status)
	}
	if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil || len(state.Findings) > 0 {
		t.Errorf("%+v %v", state, err)
	}
}

// listen answers connections to a socket until the test ends.
func listen(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "edge") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "agent.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
		_ = os.RemoveAll(dir)
	})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answer(conn)
			_ = conn.Close()
		}
	}()
	return path
}

func TestAgent_ThatCannotBeReachedIsSaid(t *testing.T) {
	hanging := listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, mostly)); _, _ = conn.Read(make([]byte, 1)) })
	for name, c := range map[string]struct {
		agent []string
		want  string
	}{
		"no command":               {[]string{"/nowhere/ssh", "edge1"}, "no such file"},
		"a refused connection":     {[]string{"sh", "-c", "echo Permission denied >&2; exit 255"}, "exit status 255: Permission denied"},
		"one that hangs":           {[]string{"sh", "-c", "sleep 60 & wait"}, "did not end within"},
		"no socket":                {[]string{"unix:/nowhere/agent.sock"}, "no such file"},
		"a socket that hangs":      {[]string{"unix:" + hanging}, "deadline exceeded"},
		"a greeting before it":     {[]string{"echo", "Welcome to edge1"}, "did not answer as one: Welcome to edge1"},
		"one that says nothing":    {[]string{"true"}, "did not answer as one"},
		"one that refuses to help": {[]string{"echo", `{"error":"write /etc: no room"}`}, "no room"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := nginx.New(nginx.Options{URL: "http://127.0.0.1:1", Directory: "/etc/nginx/ktops", Agent: c.agent, Bypass: func() string { return secret }})
			if err != nil {
				t.Fatal(err)
			}
			e.Hurry(time.Second)
			for what, err := range map[string]error{
				"look": func() error { _, err := e.Look(t.Context()); return err }(), "open": e.Open(t.Context()),
				"close": e.Close(t.Context(), closure()), "drain": func() error { _, err := e.Draining(t.Context()); return err }(),
				"install": func() error {
					i, err := e.Install(t.Context())
					if err == nil && ops.Worst(i.Findings) == ops.Fail {
						return &ops.Refusal{Why: i.Findings[0].Fact}
					}
					return err
				}(),
			} {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

const mostly = 1 << 16

// Who may start an agent can close and open the edge with it, and nothing else.
func TestServe_DoesNothingButWhatAnEdgeNeeds(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	if err := os.WriteFile(outside, []byte("a secret of the machine"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "ktops")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, "closed.html")); err != nil {
		t.Fatal(err)
	}
	for name, asked := range map[string]string{
		"a command":              `{"do":"test","test":["touch","/tmp/x"]}`,
		"another folder":         `{"do":"read","directory":"/etc","file":"ktops.conf"}`,
		"an unknown verb":        `{"do":"run"}`,
		"a file outside":         `{"do":"read","file":"../outside"}`,
		"an absolute file":       `{"do":"read","file":"/etc/passwd"}`,
		"a link that leads out":  `{"do":"read","file":"closed.html"}`,
		"another file inside":    `{"do":"write","file":"other.conf","body":"aGVsbG8="}`,
		"the temporary file":     `{"do":"write","file":".ktops.new","body":"aGVsbG8="}`,
		"no file":                `{"do":"write","body":"aGVsbG8="}`,
		"removing anything else": `{"do":"remove","file":"nginx.conf"}`,
		"nothing":                ``,
		"no JSON":                `GET / HTTP/1.1`,
		"more than it takes":     `{"do":"write","file":"closed.html","body":"` + strings.Repeat("A", 5<<20) + `"}`,
	} {
		var out bytes.Buffer
		if err := nginx.Serve(t.Context(), nginx.HostOptions{Directory: folder, Test: []string{"true"}}, strings.NewReader(asked), &out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var said struct{ Error, Body string }
		if err := json.Unmarshal(out.Bytes(), &said); err != nil || said.Error == "" || said.Body != "" {
			t.Errorf("%s: %s %v", name, out.String(), err)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "a secret of the machine" {
		t.Errorf("%q %v", text, err)
	}
}

func FuzzServe(f *testing.F) {
	f.Add(`{"do":"read","file":"state.json"}`)
	f.Add(`{"do":"write","file":"../x","body":"aGVsbG8="}`)
	f.Fuzz(func(t *testing.T, asked string) {
		var out bytes.Buffer
		dir := t.TempDir()
		_ = nginx.Serve(t.Context(), nginx.HostOptions{Directory: filepath.Join(dir, "in"), Test: []string{"true"}, Reload: []string{"true"}, Workers: []string{"true"}},
			strings.NewReader(asked), &out)
		if !json.Valid(out.Bytes()) {
			t.Errorf("%q", out.String())
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%v %v", left, err)
		}
	})
}
