package service

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// measured counts and times the answers of next and adds GET /metrics to the routes.
func (s *Service) measured(next http.Handler) http.Handler {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "keeptrusts_http_requests_total", Help: "Requests answered, by status.",
	}, []string{"status"})
	seconds := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "keeptrusts_http_request_duration_seconds", Help: "Time to answer a request.",
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
	registry.MustRegister(requests, seconds, build, open, collectors.NewGoCollector())
	s.Routes.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := prometheus.NewTimer(seconds)
		defer timer.ObserveDuration()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		requests.WithLabelValues(strconv.Itoa(recorder.status)).Inc()
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
