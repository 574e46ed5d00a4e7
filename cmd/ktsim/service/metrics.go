package service

import (
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// measured counts and times the answers of next, faults included, and answers GET
// /metrics in front of it.
func (s *Service) measured(next http.Handler) http.Handler {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "keeptrusts_http_requests_total", Help: "Requests answered, by status.",
	}, []string{"status"})
	seconds := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "keeptrusts_http_request_duration_seconds", Help: "Time to answer a request.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
	})
	policies := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "keeptrusts_policy_evaluation_errors_total", Help: "Evaluations of a policy that failed.",
	})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "keeptrusts_build_info", Help: "Always 1, with the version as a label.",
		ConstLabels: prometheus.Labels{"version": s.Version},
	})
	build.Set(1)
	open := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "keeptrusts_http_connections", Help: "Open connections.",
	}, func() float64 { return float64(s.connections.Load()) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(requests, seconds, policies, build, open, collectors.NewGoCollector())
	metrics := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			metrics.ServeHTTP(w, r)
			return
		}
		timer := prometheus.NewTimer(seconds)
		defer timer.ObserveDuration()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		requests.WithLabelValues(strconv.Itoa(recorder.status)).Inc()
		if rand.Float64() < s.Faults.PolicyErrorRate {
			policies.Inc()
		}
	})
}

// statusRecorder remembers the status; Unwrap lets streams flush through it.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
