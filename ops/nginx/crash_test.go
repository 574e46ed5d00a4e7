package nginx_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/keeptrusts/ktops/ops/nginx"
)

// crashing says, in the environment of this test binary, what it does with which
// edge and before which request to the host it is killed.
const crashing = "KTOPS_TEST_CRASH"

type crash struct {
	Do, URL, Directory string
	Test, Reload       []string
	Before             int
}

// dieWhile is the process that is killed.
func dieWhile(text string) error {
	var c crash
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	e, err := nginx.New(nginx.Options{
		Environment: "production", URL: c.URL, Directory: c.Directory, Test: c.Test, Reload: c.Reload, Bypass: func() string { return secret },
	})
	if err != nil {
		return err
	}
	e.Step(func(n int, what string) error {
		if n == c.Before {
			fmt.Println(what)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal has come
		}
		return nil
	})
	if c.Do == "close" {
		return e.Close(context.Background(), closure())
	}
	return e.Open(context.Background())
}

// die has a process close or open the edge until it is killed; what it was about to
// do then is empty when it was through before.
func (s *server) die(t *testing.T, do string, before int) string {
	t.Helper()
	text, err := json.Marshal(crash{do, s.options.URL, s.options.Directory, s.options.Test, s.options.Reload, before})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashing+"="+string(text))
	out, err := cmd.Output()
	if err == nil {
		return ""
	}
	if state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || state.Signal() != syscall.SIGKILL {
		t.Fatalf("%s before request %d: %v %s", do, before, err, out)
	}
	return strings.TrimSpace(string(out))
}

// Wherever the process dies: nginx can load what is there, callers are turned away
// only while Look says so, and whoever comes next can open the edge, or close it.
func TestEdge_IsNeverClosedWithoutAnOwnerWhereverItsProcessDies(t *testing.T) {
	s := start(t, "")
	s.open(t)
	for _, c := range []struct {
		do   string
		from func(*testing.T)
	}{
		{"close", s.open}, {"close", s.close}, {"open", s.close},
	} {
		deaths := 0
		for before := 1; ; before++ {
			c.from(t)
			at := s.die(t, c.do, before)
			if at == "" {
				break
			}
			deaths++
			if out, err := exec.CommandContext(t.Context(), s.options.Test[0], s.options.Test[1:]...).CombinedOutput(); err != nil {
				t.Errorf("dead before %s: %s", at, out)
			}
			state, err := s.edge.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := s.ask(t, "GET", "/", "", nil)
			if got.status == http.StatusServiceUnavailable && state.Closed == nil {
				t.Errorf("dead before %s: callers are turned away by nobody", at)
			}
			if state.Closed != nil && state.Closed.Run != "r-abc234" {
				t.Errorf("dead before %s: it is closed by %+v", at, state.Closed)
			}
			if before%2 == 0 { // also when nginx is started anew meanwhile
				s.reload(t)
			}
			s.open(t)
			if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
				t.Errorf("dead before %s: opened, callers get %d", at, got.status)
			}
		}
		t.Logf("%s: killed %d times", c.do, deaths)
		if deaths < 5 {
			t.Errorf("%s was killed %d times only", c.do, deaths)
		}
	}
}
