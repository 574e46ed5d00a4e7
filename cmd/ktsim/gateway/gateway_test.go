package gateway_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktsim/gateway"
	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

const key = "kt_gk_test"

// start runs a gateway; stop ends it and waits until it is gone.
func start(t *testing.T, apiURL string) (url string, stop func()) {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	addresses, result := make(chan net.Addr, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		result <- gateway.Run(ctx, service.Runtime{
			Version: "2.4.3", Addr: "127.0.0.1:0", Log: logrus.NewEntry(log),
			Listening: func(a net.Addr) { addresses <- a },
		}, gateway.Config{Key: key, Name: "g1", APIURL: apiURL, APIToken: "token"})
	}()
	t.Cleanup(cancel)
	return "http://" + (<-addresses).String(), func() {
		cancel()
		if err := <-result; err != nil {
			t.Error(err)
		}
	}
}

func ask(t *testing.T, url, bearer, seconds, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set(gateway.StreamHeader, seconds)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestGateway_AnswersByKeyAndPolicy(t *testing.T) {
	url, stop := start(t, "")
	defer stop()
	const asked = `{"model":"gpt-4o","messages":[{"role":"user","content":"test"}]}`
	for name, test := range map[string]struct {
		key, body string
		status    int
	}{
		"good":      {key, asked, http.StatusOK},
		"wrong key": {"nonsense", asked, http.StatusUnauthorized},
		"no body":   {key, `{}`, http.StatusBadRequest},
		"blocked":   {key, `{"messages":[{"content":"-----BEGIN PRIVATE KEY-----"}]}`, http.StatusForbidden},
	} {
		if got := ask(t, url, test.key, "", test.body).StatusCode; got != test.status {
			t.Errorf("%s: got %d, want %d", name, got, test.status)
		}
	}
}

func TestGateway_FinishesAStreamWhileItStops(t *testing.T) {
	url, stop := start(t, "")
	resp := ask(t, url, key, "0.5", `{"model":"m","stream":true,"messages":[{"content":"test"}]}`)
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "data: {") {
		t.Fatalf("the stream began with %q", lines.Text())
	}
	stop()
	chunks, last := 1, ""
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") {
			chunks, last = chunks+1, lines.Text()
		}
	}
	if last != "data: [DONE]" || chunks != 7 {
		t.Errorf("%d chunks, the last %q", chunks, last)
	}
}

func TestGateway_ReportsEventsAndNeedsNoAPI(t *testing.T) {
	events := make(chan string, 1)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct{ Kind, Gateway string }
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		events <- event.Gateway + " " + event.Kind + " " + r.Header.Get("Authorization")
	}))
	url, stop := start(t, api.URL)
	defer stop()
	const asked = `{"model":"m","messages":[{"content":"test"}]}`
	ask(t, url, key, "", asked)
	if got := <-events; got != "g1 policy.allowed Bearer token" {
		t.Errorf("the API got %q", got)
	}
	api.Close()
	if got := ask(t, url, key, "", asked).StatusCode; got != http.StatusOK {
		t.Errorf("without the API the gateway answers %d", got)
	}
}
