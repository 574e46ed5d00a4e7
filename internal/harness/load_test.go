package harness_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
)

// edge answers as the platform does until it is told to fail.
func edge(t *testing.T, failing *atomic.Bool) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		streamed := r.Header.Get("X-Sim-Stream-Seconds") != ""
		switch {
		case !streamed && failing.Load():
			w.WriteHeader(http.StatusBadGateway)
		case streamed:
			fmt.Fprint(w, "data: {}\n\n")
			if !failing.Load() {
				fmt.Fprint(w, "data: [DONE]\n\n")
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// until waits for what the load has seen so far to be enough.
func until(t *testing.T, load *harness.Load, enough func(harness.LoadResult) bool) {
	t.Helper()
	err := harness.Until(t.Context(), "the load has seen enough", 10*time.Second, func(context.Context) error {
		if seen := load.Snapshot(); !enough(seen) {
			return errors.New(seen.String())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoad_CountsWhatCallersLose(t *testing.T) {
	var failing atomic.Bool
	load := harness.StartLoad(t.Context(), edge(t, &failing), harness.LoadOptions{Rate: 300})
	until(t, load, func(r harness.LoadResult) bool { return r.Requests > 30 && r.Streams > 0 })
	if early := load.Snapshot(); early.Failed > 0 || early.Cut > 0 {
		t.Errorf("failures before there were any: %s", early)
	}
	failing.Store(true)
	until(t, load, func(r harness.LoadResult) bool { return r.Failed > 30 && r.Cut > 0 })
	failing.Store(false)
	seen := load.Stop()
	if seen.Failed < 30 || seen.Failed >= seen.Requests || seen.Cut == 0 {
		t.Errorf("got %s", seen)
	}
	if seen.LongestGap < 80*time.Millisecond {
		t.Errorf("30 requests at 300 a second failed in a row, but the longest gap is %s", seen.LongestGap)
	}
	if len(seen.Samples) == 0 || !strings.Contains(strings.Join(seen.Samples, "\n"), "502") {
		t.Errorf("the samples do not say what happened: %q", seen.Samples)
	}
}

func TestLoad_KeepsItsRate(t *testing.T) {
	var failing atomic.Bool
	load := harness.StartLoad(t.Context(), edge(t, &failing), harness.LoadOptions{Rate: 200, Streams: -1})
	until(t, load, func(r harness.LoadResult) bool { return r.Took > time.Second })
	seen := load.Stop()
	if rate := float64(seen.Requests) / seen.Took.Seconds(); rate < 170 || rate > 201 {
		t.Errorf("asked for 200 a second, got %.0f", rate)
	}
	if seen.Streams != 0 {
		t.Errorf("streams were not wanted: %s", seen)
	}
}
