package control_test

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

func TestListen_SecondDaemonIsRefused(t *testing.T) {
	d := serve(t, newFake())
	_, err := control.Listen(t.Context(), d.socket)
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Why, "already serves") {
		t.Fatalf("Listen: %v, want a refusal", err)
	}
	if got := dial(t, d.socket).Hello().PID; got != os.Getpid() {
		t.Errorf("the first daemon is now process %d", got)
	}
}

func TestListen_ReplacesWhatADeadDaemonLeft(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "ktops.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Dial(t.Context(), socket); !errors.Is(err, control.ErrNoDaemon) {
		t.Errorf("Dial: %v, want ErrNoDaemon", err)
	}
	serveAt(t, newFake(), socket)
	if got := dial(t, socket).Hello().Version; got != "1.2.3" {
		t.Errorf("version = %q", got)
	}
}

func TestListen_OnlyTheGroupMayUseIt(t *testing.T) {
	d := serve(t, newFake())
	info, err := os.Stat(d.socket)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode(); got != fs.ModeSocket|0o660 {
		t.Errorf("socket mode %v", got)
	}
	info, err = os.Stat(filepath.Dir(d.socket))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o750 {
		t.Errorf("folder mode %v", got)
	}
}

func TestListen_LeavesOtherFilesAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ktops.sock")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Listen(t.Context(), file); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("Listen: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "precious" {
		t.Errorf("the file has become %q, %v", text, err)
	}
}

func TestListen_StopLeavesNoSocket(t *testing.T) {
	d := serve(t, newFake())
	d.stop()
	if _, err := os.Lstat(d.socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := control.Dial(t.Context(), d.socket); !errors.Is(err, control.ErrNoDaemon) {
		t.Errorf("Dial: %v, want ErrNoDaemon", err)
	}
}

func TestDial_TellsADaemonOfAnotherProtocol(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "ktops.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write([]byte(`{"result":{"protocol":99,"version":"9.0.0"}}`)); err != nil {
			t.Error(err)
		}
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	_, err = control.Dial(t.Context(), socket)
	if err == nil || !strings.Contains(err.Error(), "ktops 9.0.0") {
		t.Errorf("Dial: %v", err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	<-ended
}

func TestReload_GoesToTheDaemon(t *testing.T) {
	reloaded, err := dial(t, serve(t, newFake()).socket).Reload(t.Context())
	if err != nil || len(reloaded.Changed) != 1 {
		t.Errorf("reloaded %v, %v", reloaded, err)
	}
}
