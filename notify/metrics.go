package notify

import "github.com/prometheus/client_golang/prometheus"

// Metrics are what the outbox measures; the wiring registers them.
type Metrics struct {
	// Depth is how many messages wait to be taken, by channel.
	Depth *prometheus.GaugeVec
	// Sent counts messages that were taken, by channel.
	Sent *prometheus.CounterVec
	// Lost counts messages that were given up, by channel and outcome: failed or expired.
	Lost *prometheus.CounterVec
}

// NewMetrics are metrics that are not registered anywhere yet.
func NewMetrics() *Metrics {
	return &Metrics{
		Depth: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ktops_notices_depth", Help: "Notices that wait to be taken by a channel."}, []string{"channel"}),
		Sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ktops_notices_sent_total", Help: "Notices that a channel has taken."}, []string{"channel"}),
		Lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ktops_notices_failed_total", Help: "Notices given up: refused for good, or expired."}, []string{"channel", "outcome"}),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	m.Depth.Describe(ch)
	m.Sent.Describe(ch)
	m.Lost.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.Depth.Collect(ch)
	m.Sent.Collect(ch)
	m.Lost.Collect(ch)
}
