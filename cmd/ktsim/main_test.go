package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestRun_IsTheCommandLineByNameOrArgument(t *testing.T) {
	for _, args := range [][]string{{"/usr/local/bin/kt", "--version"}, {"ktsim", "kt", "--version"}} {
		var out bytes.Buffer
		if err := run(t.Context(), args, env(map[string]string{"KT_VERSION": "2.4.3"}), &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != "kt 2.4.3\n" {
			t.Errorf("%v printed %q", args, got)
		}
	}
}

func TestRun_RefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"ktsim"}, {"ktsim", "scheduler"}, {"ktsim", "healthcheck"}, {"kt", "login"}} {
		if err := run(t.Context(), args, env(nil), &bytes.Buffer{}); !errors.Is(err, errUsage) {
			t.Errorf("%v: got %v, want the usage", args, err)
		}
	}
}

func TestHealthcheck_PassesOnlyOn200(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer server.Close()
	check := []string{"ktsim", "healthcheck", server.URL}
	if err := run(t.Context(), check, env(nil), &bytes.Buffer{}); err != nil {
		t.Errorf("200 is healthy, got %v", err)
	}
	status = http.StatusServiceUnavailable
	if err := run(t.Context(), check, env(nil), &bytes.Buffer{}); err == nil {
		t.Error("503 is not healthy, got no error")
	}
}
