package nginx_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

const secret = "a-secret-of-operators"

// server is a real nginx on a port of its own, in front of a platform of one
// process, with an edge that manages it.
type server struct {
	dir, url string
	edge     *nginx.Edge
	options  nginx.Options
	argv     []string // nginx with its folder
	process  *exec.Cmd
	release  chan struct{}
}

const conf = `user root;
worker_processes 2;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
    uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
    add_header X-Operator kept always;
    client_max_body_size 10m;
    server {
        listen 127.0.0.1:%[2]d;
        %[3]s
        include %[1]s/ktops/ktops.conf;
        location / { proxy_pass %[4]s; proxy_buffering off; proxy_http_version 1.1; }
    }
}
`

// start brings one up; extra stands in its server block before the include, and
// settle changes how the edge speaks to it.
func start(t *testing.T, extra string, settle ...func(*server)) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("needs nginx")
	}
	binary, err := exec.LookPath("nginx")
	if err != nil {
		binary = "/usr/sbin/nginx"
	}
	s := &server{dir: t.TempDir(), release: make(chan struct{})}
	platform := httptest.NewServer(http.HandlerFunc(s.platform))
	t.Cleanup(platform.Close)
	port := freePort(t)
	s.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	s.write(t, "nginx.conf", fmt.Sprintf(conf, s.dir, port, extra, platform.URL))
	if err := os.Mkdir(filepath.Join(s.dir, "ktops"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write(t, "ktops/ktops.conf", "")
	s.argv = []string{binary, "-p", s.dir, "-c", filepath.Join(s.dir, "nginx.conf")}
	s.run(t)
	t.Cleanup(func() { s.stop() })
	s.options = nginx.Options{
		Environment: "production", URL: s.url, Directory: filepath.Join(s.dir, "ktops"), Bypass: func() string { return secret },
		Test: append(s.argv, "-t"), Reload: append(s.argv, "-s", "reload"),
		OpenPaths: []string{"/health", "/static/"}, JSONPaths: []string{"/v1/"}, StatusURL: "https://status.example.com",
		DrainLimit: time.Minute,
	}
	for _, change := range settle {
		change(s)
	}
	s.edge = s.newEdge(t)
	s.answers(t)
	return s
}

func (s *server) newEdge(t *testing.T) *nginx.Edge {
	t.Helper()
	edge, err := nginx.New(s.options)
	if err != nil {
		t.Fatal(err)
	}
	return edge
}

// run starts nginx, and stop ends it as a restart of the machine would.
func (s *server) run(t *testing.T) {
	t.Helper()
	s.process = exec.CommandContext(context.WithoutCancel(t.Context()), s.argv[0], append(s.argv[1:], "-g", "daemon off;")...)
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
}

func (s *server) stop() {
	_ = s.process.Process.Signal(syscall.SIGTERM)
	_ = s.process.Wait()
}

func (s *server) answers(t *testing.T) {
	t.Helper()
	eventually(t, func() error {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// eventually asks until the answer is no error.
func eventually(t *testing.T, ask func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(20 * time.Second)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after 20 s still: %v", err)
		}
		<-tick.C
	}
}

// platform answers everything, and streams until it is released at /stream.
func (s *server) platform(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if r.URL.Path != "/stream" {
		_, _ = io.WriteString(w, "platform")
		return
	}
	_, _ = io.WriteString(w, "first ")
	_ = http.NewResponseController(w).Flush()
	<-s.release
	_, _ = io.WriteString(w, "last")
}

func (s *server) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// answer is what a caller got.
type answer struct {
	status int
	head   http.Header
	body   string
}

// ask sends one request on a connection of its own.
func (s *server) ask(t *testing.T, method, path, body string, head map[string]string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	for name, value := range head {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// closure is one that lasts a minute.
func closure() ops.Closure {
	now := time.Now()
	return ops.Closure{Environment: "production", Run: "r-abc234", Since: now, At: now, Back: now.Add(time.Minute), Doing: "upgrade to 3.0.0", Now: "start api"}
}

func (s *server) close(t *testing.T) {
	t.Helper()
	if err := s.edge.Close(t.Context(), closure()); err != nil {
		t.Fatal(err)
	}
}

func (s *server) open(t *testing.T) {
	t.Helper()
	if err := s.edge.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
}
