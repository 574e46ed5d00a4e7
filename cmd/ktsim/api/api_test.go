package api_test

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

	"github.com/keeptrusts/ktops/cmd/ktsim/api"
	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
	"github.com/keeptrusts/ktops/cmd/ktsim/service"
	"github.com/keeptrusts/ktops/internal/harness"
)

const token = "token"

// start runs an API server. It returns its address, or how it ended.
func start(t *testing.T, db *harness.Postgres, version string, faults fault.Faults) (url string, err error) {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	addresses, result := make(chan net.Addr, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		result <- api.Run(ctx, service.Runtime{
			Version: version, Faults: faults, Addr: "127.0.0.1:0", Log: logrus.NewEntry(log),
			Listening: func(a net.Addr) { addresses <- a },
		}, api.Config{DatabaseURL: db.URL(), Token: token})
	}()
	select {
	case address := <-addresses:
		t.Cleanup(func() { cancel(); <-result })
		return "http://" + address.String(), nil
	case err := <-result:
		cancel()
		return "", err
	}
}

func ask(t *testing.T, method, url, bearer, body string) (status int, answer map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func TestAPI_ReadsAndWrites(t *testing.T) {
	url, err := start(t, harness.TestPostgres(t), "2.4.3", fault.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := ask(t, http.MethodGet, url+"/v1/exports?status=pending", token, ""); status != http.StatusOK || answer["total"] != 0.0 {
		t.Errorf("exports: %d %v", status, answer)
	}
	status, answer := ask(t, http.MethodPost, url+"/v1/events", token, `{"kind":"policy.allowed","gateway":"g1","payload":{"a":1}}`)
	if status != http.StatusCreated || answer["id"] != 1.0 {
		t.Errorf("event: %d %v", status, answer)
	}
	for _, route := range []string{"/v1/events", "/v1/policies"} {
		if status, answer := ask(t, http.MethodGet, url+route, token, ""); status != http.StatusOK || answer["total"] == 0.0 {
			t.Errorf("%s: %d %v", route, status, answer)
		}
	}
	if status, answer := ask(t, http.MethodGet, url+"/v1/policies", "wrong", ""); status != http.StatusUnauthorized || answer["error"] == nil {
		t.Errorf("with a wrong token: %d %v", status, answer)
	}
}

func TestAPI_OldServesOnWhileNewMigrates(t *testing.T) {
	db := harness.TestPostgres(t)
	older, err := start(t, db, "2.4.3", fault.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, http.MethodGet, older+"/v1/events", token, ""); status != http.StatusOK {
		t.Fatalf("before: %d", status)
	}
	if _, err := start(t, db, "2.5.0", fault.Faults{}); err != nil {
		t.Fatal(err)
	}
	if status, answer := ask(t, http.MethodPost, older+"/v1/events", token, `{"kind":"k","gateway":"g"}`); status != http.StatusCreated {
		t.Errorf("after: %d %v", status, answer)
	}
	if _, err := start(t, db, "2.4.3", fault.Faults{}); !errors.Is(err, migrate.ErrMissing) {
		t.Errorf("a restart of the old one: %v", err)
	}
}

func TestAPI_RecoversFromARestartOfTheDatabase(t *testing.T) {
	db := harness.TestPostgres(t)
	url, err := start(t, db, "2.4.3", fault.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, http.MethodGet, url+"/health/ready", token, ""); status != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %d", status)
	}
	if err := db.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, answer := ask(t, http.MethodGet, url+"/v1/policies", token, ""); status != http.StatusOK {
		t.Errorf("after the restart: %d %v", status, answer)
	}
}

func TestAPI_EndsAtStartWhenToldTo(t *testing.T) {
	db := harness.TestPostgres(t)
	if _, err := start(t, db, "2.4.3", fault.Faults{CrashAtBoot: true}); !errors.Is(err, service.ErrCrash) {
		t.Errorf("a crash at boot: %v", err)
	}
	if _, err := start(t, db, "2.4.3", fault.Faults{MigrationFails: true}); err == nil {
		t.Error("a failing migration started")
	}
	began := time.Now()
	if _, err := start(t, db, "2.4.3", fault.Faults{SlowBoot: 200 * time.Millisecond}); err != nil || time.Since(began) < 200*time.Millisecond {
		t.Errorf("a slow boot took %s: %v", time.Since(began), err)
	}
}
