package guardian_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/guardian"
)

// exposed is a page of metrics as the Prometheus client writes it: 3 requests, one of
// them failed, one slow, one with a policy error.
func exposed(t *testing.T) *httptest.Server {
	t.Helper()
	names := guardian.DefaultNames()
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: names.Requests}, []string{"status"})
	policies := prometheus.NewCounter(prometheus.CounterOpts{Name: names.PolicyErrors})
	seconds := prometheus.NewHistogram(prometheus.HistogramOpts{Name: names.Duration, Buckets: []float64{0.1, 1}})
	requests.WithLabelValues("200").Add(2)
	requests.WithLabelValues("502").Inc()
	policies.Inc()
	for _, s := range []float64{0.0625, 0.0625, 0.5} {
		seconds.Observe(s)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(requests, policies, seconds)
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.Cleanup(server.Close)
	return server
}

func TestDirect_ReadsTheCountersOfAProcess(t *testing.T) {
	at := exposed(t).URL + "/metrics"
	source := guardian.NewDirect(guardian.Fixed(map[ops.Component][]string{ops.Gateway: {at}}), guardian.DefaultNames())
	readings, err := source.Read(t.Context())
	if err != nil || len(readings) != 1 {
		t.Fatalf("%+v, %v", readings, err)
	}
	got := readings[0]
	if got.Component != ops.Gateway || got.Requests != 3 || got.Errors != 1 || got.PolicyErrors != 1 || got.Timed != 3 || got.Seconds != 0.625 ||
		len(got.Buckets) != 2 || got.Buckets[0] != (ops.Bucket{UpTo: 0.1, Count: 2}) || got.Buckets[1] != (ops.Bucket{UpTo: 1, Count: 3}) {
		t.Errorf("got %+v", got)
	}
}

func TestDirect_TellsOfAProcessThatDoesNotAnswerAndReadsTheOthers(t *testing.T) {
	good, gone := exposed(t), exposed(t)
	gone.Close()
	source := guardian.NewDirect(func(context.Context) ([]guardian.Target, error) {
		return []guardian.Target{
			{Component: ops.API, Process: "gone", URLs: []string{gone.URL}},
			{Component: ops.Gateway, Process: "two networks", URLs: []string{gone.URL, good.URL}},
		}, nil
	}, guardian.DefaultNames())
	readings, err := source.Read(t.Context())
	if err == nil || len(readings) != 1 || readings[0].Process != "two networks" {
		t.Errorf("%+v, %v", readings, err)
	}
}

func TestDirect_RefusesAPageWithoutTheMetrics(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) }))
	defer page.Close()
	source := guardian.NewDirect(guardian.Fixed(map[ops.Component][]string{ops.API: {page.URL}}), guardian.DefaultNames())
	if readings, err := source.Read(t.Context()); err == nil || len(readings) > 0 || !strings.Contains(err.Error(), "has neither") {
		t.Errorf("%+v, %v", readings, err)
	}
}

func TestTally_LeavesOutWhatRestarts(t *testing.T) {
	at := func(requests float64) []guardian.Reading {
		return []guardian.Reading{{Process: "a", Traffic: ops.Traffic{Component: ops.API, Requests: requests}}}
	}
	tally := guardian.NewTally(time.Hour)
	for i, step := range []struct{ counter, want float64 }{{100, 0}, {110, 10}, {3, 0}, {5, 2}} {
		got := 0.0
		for _, a := range tally.Since(at(step.counter)) {
			got += a.Requests
		}
		if got != step.want {
			t.Errorf("reading %d: %v requests, want %v", i, got, step.want)
		}
	}
}
