package daemon

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// metrics are what /metrics shows.
type metrics struct {
	registry *prometheus.Registry
	runs     *prometheus.CounterVec
	open     *prometheus.GaugeVec
	steps    *prometheus.HistogramVec
	age      *prometheus.GaugeVec
	size     *prometheus.GaugeVec
	slack    *bot.Metrics
	notices  *notify.Metrics
	tally    tally
}

func newMetrics(version string, started time.Time) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ktops_runs_total", Help: "Runs that have ended, by outcome.",
		}, []string{"environment", "outcome"}),
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ktops_run_open", Help: "1 for the state that the open run is in.",
		}, []string{"environment", "state"}),
		steps: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ktops_step_duration_seconds", Help: "How long steps took.",
			Buckets: []float64{.1, .5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 900, 3600},
		}, []string{"kind"}),
		age: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ktops_backup_age_seconds", Help: "Age of the newest backup that was read back.",
		}, []string{"environment"}),
		size: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ktops_backup_size_bytes", Help: "Size of the newest backup that was read back.",
		}, []string{"environment"}),
		slack: bot.NewMetrics(), notices: notify.NewMetrics(),
		tally: tally{since: started, steps: map[stepKey]bool{}, runs: map[string]bool{}, open: map[string]ops.State{}},
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ktops_build_info", Help: "Always 1; the labels tell what runs.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(m.runs, m.open, m.steps, m.age, m.size, m.slack, m.notices, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// backupsEvery is how often the backups are looked at; their folder is small.
const backupsEvery = time.Minute

// lookAtBackups keeps age and size of the newest good backup.
func (m *metrics) lookAtBackups(ctx context.Context, operator *ops.Operator, log *logrus.Entry) error {
	tick := time.NewTicker(backupsEvery)
	defer tick.Stop()
	for {
		m.age.Reset()
		m.size.Reset()
		for _, name := range operator.Environments() {
			backups, err := operator.Backups(ctx, name)
			if err != nil && ctx.Err() == nil {
				log.WithField("environment", name).WithError(err).Debug("cannot look at the backups")
			}
			for _, b := range backups {
				if !b.VerifiedAt.IsZero() {
					m.age.WithLabelValues(name).Set(time.Since(b.At).Seconds())
					m.size.WithLabelValues(name).Set(float64(b.Bytes))
					break
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
