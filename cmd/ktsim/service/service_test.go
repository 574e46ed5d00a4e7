package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

// started is a service that listens on a free port.
type started struct {
	url    string
	stop   context.CancelFunc
	result chan error
}

func start(t *testing.T, faults fault.Faults, routes func(*service.Service)) started {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	addresses := make(chan net.Addr, 1)
	s := service.New(service.Runtime{
		Version: "2.4.3", Faults: faults, Addr: "127.0.0.1:0", Log: logrus.NewEntry(log),
		Listening: func(a net.Addr) { addresses <- a },
	})
	routes(s)
	ctx, stop := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- s.Serve(ctx, "") }()
	t.Cleanup(stop)
	return started{url: "http://" + (<-addresses).String(), stop: stop, result: result}
}

func ask(t *testing.T, url string) (status int, body []byte, err error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

func TestService_TellsItsVersionAndConnections(t *testing.T) {
	s := start(t, fault.Faults{}, func(*service.Service) {})
	_, body, err := ask(t, s.url+"/health")
	if err != nil {
		t.Fatal(err)
	}
	var health service.Health
	if err := json.Unmarshal(body, &health); err != nil {
		t.Fatal(err)
	}
	if want := (service.Health{Status: "ok", Version: "2.4.3", Connections: 1}); health != want {
		t.Errorf("got %+v, want %+v", health, want)
	}
	for _, path := range []string{"/healthz", "/readyz", "/health/ready", "/metrics"} {
		if status, _, err := ask(t, s.url+path); err != nil || status != http.StatusOK {
			t.Errorf("%s: %d, %v", path, status, err)
		}
	}
}

func TestService_IsNotReadyWhenItsPartsAreNot(t *testing.T) {
	s := start(t, fault.Faults{}, func(s *service.Service) {
		s.Ready = func(context.Context) error { return errors.New("no database") }
	})
	if status, _, _ := ask(t, s.url+"/health/ready"); status != http.StatusServiceUnavailable {
		t.Errorf("ready answered %d", status)
	}
	if status, _, _ := ask(t, s.url+"/health"); status != http.StatusOK {
		t.Errorf("health answered %d", status)
	}
}

func TestService_FinishesWhatIsUnderWayWhenStopped(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s := start(t, fault.Faults{}, func(s *service.Service) {
		s.Routes.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-leave
			_, _ = io.WriteString(w, "whole")
		})
	})
	answered := make(chan string, 1)
	go func() {
		_, body, _ := ask(t, s.url+"/slow")
		answered <- string(body)
	}()
	<-entered
	s.stop()
	refused(t, s.url)
	close(leave)
	if got := <-answered; got != "whole" {
		t.Errorf("the answer under way was %q", got)
	}
	if err := <-s.result; err != nil {
		t.Errorf("the stop was not graceful: %v", err)
	}
}

// refused waits until no new connection is taken.
func refused(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if _, _, err := ask(t, url+"/health"); err != nil {
			return
		}
	}
	t.Error("a stopping service takes new connections")
}

func TestService_CrashesWithoutGrace(t *testing.T) {
	s := start(t, fault.Faults{CrashAfter: 50 * time.Millisecond}, func(s *service.Service) {
		s.Routes.HandleFunc("GET /slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	})
	if _, _, err := ask(t, s.url+"/slow"); err == nil {
		t.Error("the request survived the crash")
	}
	if err := <-s.result; !errors.Is(err, service.ErrCrash) {
		t.Errorf("got %v", err)
	}
}

func TestService_CountsItsFaultsAndTellsMetricsAllTheSame(t *testing.T) {
	s := start(t, fault.Faults{ErrorRate: 1, PolicyErrorRate: 1}, func(*service.Service) {})
	if status, _, _ := ask(t, s.url+"/health"); status != http.StatusInternalServerError {
		t.Errorf("health answered %d", status)
	}
	_, page, err := ask(t, s.url+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`keeptrusts_http_requests_total{status="500"} 1`, "keeptrusts_policy_evaluation_errors_total 1", "keeptrusts_http_request_duration_seconds_count 1",
	} {
		if !strings.Contains(string(page), line+"\n") {
			t.Errorf("no %s in\n%s", line, page)
		}
	}
}
