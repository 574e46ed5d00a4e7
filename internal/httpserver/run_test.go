package httpserver_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/internal/httpserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// get asks a server that is told to stop as soon as the request has reached it, and
// gives what the caller and the server's owner see.
func get(t *testing.T, grace time.Duration, handler http.HandlerFunc) (status int, asked, ended error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
		handler(w, r)
	})}
	end := make(chan error, 1)
	go func() { end <- httpserver.Run(ctx, server, listener, grace) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + listener.Addr().String())
	if err == nil {
		status = answer.StatusCode
		answer.Body.Close()
	}
	return status, err, <-end
}

func TestRun_FinishesWhatIsUnderWay(t *testing.T) {
	status, asked, ended := get(t, time.Minute, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
	})
	if status != http.StatusAccepted || asked != nil || ended != nil {
		t.Errorf("status %d, %v; the server ended with %v", status, asked, ended)
	}
}

func TestRun_CutsWhatOutlastsTheGrace(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	status, asked, ended := get(t, 10*time.Millisecond, func(http.ResponseWriter, *http.Request) { <-never })
	if asked == nil || !errors.Is(ended, context.DeadlineExceeded) {
		t.Errorf("status %d, %v; the server ended with %v, want the connection cut and the grace over", status, asked, ended)
	}
}

func TestRun_TellsThatTheListenerBroke(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := httpserver.Run(t.Context(), &http.Server{}, listener, time.Second); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the server ended with %v, want that the listener is closed", err)
	}
}
