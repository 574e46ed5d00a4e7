package nginx_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/keeptrusts/ktops/ops/nginx"
)

// What root closed, the daemon's own user must be able to open; and nobody else may
// read the secret.
func TestClose_FilesAreTheFoldersOwnersAndTheSecretIsNobodyElses(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, who can give files away")
	}
	for name, c := range map[string]struct {
		mode, secret fs.FileMode
	}{
		"a folder":              {0o755, 0o600},
		"a folder with a group": {0o755 | fs.ModeSetgid, 0o640},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, "")
			if err := os.Chown(s.options.Directory, 4321, 4322); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(s.options.Directory, c.mode); err != nil {
				t.Fatal(err)
			}
			s.write(t, "ktops/.ktops.new", "left by a crash")
			s.close(t)
			for file, mode := range map[string]fs.FileMode{"ktops.conf": c.secret, "state.json": c.secret, "closed.html": 0o644, "closed.json": 0o644} {
				info, err := os.Stat(filepath.Join(s.options.Directory, file))
				if err != nil {
					t.Fatal(err)
				}
				owner := info.Sys().(*syscall.Stat_t)
				if info.Mode() != mode || owner.Uid != 4321 || owner.Gid != 4322 {
					t.Errorf("%s: %v of %d:%d", file, info.Mode(), owner.Uid, owner.Gid)
				}
			}
			if left, err := os.ReadDir(s.options.Directory); err != nil || len(left) != 4 {
				t.Errorf("%v %v", left, err)
			}
		})
	}
}

func TestClose_ThatIsCalledOffLeavesTheEdgeOpen(t *testing.T) {
	for name, settle := range map[string]func(*server){"here": func(*server) {}, "by an agent": byAgent} {
		t.Run(name, func(t *testing.T) {
			s := start(t, "", settle)
			s.open(t)
			before := s.ask(t, "GET", "/.ktops/state", "", nil).head.Get(nginx.MarkerHeader)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			loaded := false
			s.edge.Step(func(_ int, what string) error {
				if loaded && ctx.Err() == nil {
					eventually(t, func() error { // it is in force
						if s.ask(t, "GET", "/.ktops/state", "", nil).head.Get(nginx.MarkerHeader) == before {
							return errors.New("nginx has not loaded it")
						}
						return nil
					})
					cancel()
				}
				loaded = loaded || strings.HasPrefix(what, "reload")
				return nil
			})
			if err := s.edge.Close(ctx, closure()); err == nil {
				t.Error("it closed")
			}
			eventually(t, func() error { // the last of the workers that leave may still answer once
				if got := s.ask(t, "GET", "/.ktops/state", "", nil).head.Get(nginx.MarkerHeader); got != before {
					return fmt.Errorf("nginx has loaded %q, and before %q", got, before)
				}
				return nil
			})
			if got := s.ask(t, "GET", "/", "", nil); got.status != http.StatusOK {
				t.Errorf("callers get %d", got.status)
			}
			if state, err := s.edge.Look(t.Context()); err != nil || state.Closed != nil || len(state.Findings) > 0 {
				t.Errorf("%+v %v", state, err)
			}
		})
	}
}

func FuzzLook(f *testing.F) {
	f.Add([]byte(`{"environment":"production","run":"r-abc234"}`))
	f.Add([]byte(`{half`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "state.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := nginx.New(nginx.Options{URL: "http://127.0.0.1:1", Directory: dir, Inside: "/etc/nginx/ktops", Bypass: func() string { return secret }})
		if err != nil {
			t.Fatal(err)
		}
		if state, err := e.Look(t.Context()); err != nil || state.Closed == nil {
			t.Errorf("a closed edge looks open: %v", err)
		}
	})
}
