// Package guardian watches a new release by the metrics of gateways and API: it reads
// what they had answered before anything changed, compares it with what they answer
// afterwards, and ends the watch with an ops.Regression once the difference is both
// large enough to matter and too clear to be chance.
//
// Metrics come from the containers themselves, from fixed addresses or from a
// Prometheus server; each is a Source. A Tally turns their counters into what was
// answered between two readings, across restarts and replicas that come and go, and a
// Judge weighs it. Neither knows a clock or a network, so that nights can be simulated.
package guardian
