package bot

import "github.com/prometheus/client_golang/prometheus"

// Metrics are what the bot measures; the wiring registers them.
type Metrics struct {
	// Ack is how long Slack waits for an acknowledgement.
	Ack prometheus.Histogram
	// Depth is how many messages Slack does not have yet.
	Depth prometheus.Gauge
}

// NewMetrics are metrics that are not registered anywhere yet.
func NewMetrics() *Metrics {
	return &Metrics{
		Ack: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "ktops_slack_ack_seconds",
			Help:    "Time from receiving a delivery of Slack to acknowledging it.",
			Buckets: []float64{.001, .0025, .005, .01, .02, .03, .05, .1, .25, .5, 1, 3},
		}),
		Depth: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ktops_outbox_depth",
			Help: "Messages that wait to be taken by Slack.",
		}),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	m.Ack.Describe(ch)
	m.Depth.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.Ack.Collect(ch)
	m.Depth.Collect(ch)
}
