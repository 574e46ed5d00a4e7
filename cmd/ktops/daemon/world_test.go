package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
)

// running is a daemon in this process, on a configuration of its own.
type running struct {
	dir     string
	file    string
	socket  string
	web     string
	logs    *logs
	hangups chan os.Signal
	stop    func() error // ends it and waits
}

// logs are what the daemon has written so far.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// environment is one whose parts nobody reaches before they are needed.
const environment = `
  %s:
    platform: {compose: {directory: /nowhere/%[1]s, docker_host: "unix:///nowhere/docker.sock"}}
    database: {host: /nowhere/%[1]s, password: "env:PASSWORD"}
    backup: {directory: /nowhere/%[1]s/backups}
    endpoints: {api: "http://127.0.0.1:9", gateway: "http://127.0.0.1:9", console: "http://127.0.0.1:9"}
    policy: {approve: {users: ["%s"]}}
`

func configText(dir, more string, environments ...string) string {
	text := fmt.Sprintf("journal: %s/ktops.db\nsocket: %s/run/ktops.sock\nlisten: 127.0.0.1:0\n%senvironments:", dir, dir, more)
	for _, name := range environments {
		text += fmt.Sprintf(environment, name, "unix:root")
	}
	return text
}

func lookup(name string) (string, bool) { return "the-value-of-" + name, true }

func start(t *testing.T, more string) *running {
	t.Helper()
	dir := t.TempDir()
	return startIn(t, dir, configText(dir, more, "production"))
}

// startIn starts a daemon in a folder, in which an earlier one may have been.
func startIn(t *testing.T, dir, text string) *running {
	t.Helper()
	r := &running{
		dir: dir, file: filepath.Join(dir, "ktops.yaml"), socket: filepath.Join(dir, "run", "ktops.sock"),
		logs: &logs{}, hangups: make(chan os.Signal),
	}
	r.write(t, text)
	c, err := config.NewReloader(r.file, lookup)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	started, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Config: c, Version: "1.2.3", Logs: r.logs, Hangups: r.hangups,
			Started: func(web net.Addr) { started <- web }})
	}()
	var once sync.Once
	var result error
	r.stop = func() error {
		once.Do(func() {
			cancel()
			result = <-ended
		})
		return result
	}
	t.Cleanup(func() { _ = r.stop() })
	select {
	case web := <-started:
		r.web = "http://" + web.String()
	case err := <-ended:
		ended <- err
		t.Fatalf("the daemon did not start: %v\n%s", err, r.logs)
	}
	return r
}

func (r *running) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(r.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *running) client(t *testing.T) *control.Client {
	t.Helper()
	client, err := control.Dial(t.Context(), r.socket)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// get is the status and body of a page.
func (r *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.web+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// logged waits until a line has been logged.
func (r *running) logged(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(r.logs.String(), text) {
		select {
		case <-deadline:
			t.Fatalf("%q was not logged within 10 seconds:\n%s", text, r.logs)
		case <-tick.C:
		}
	}
}
