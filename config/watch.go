package config

import "github.com/keeptrusts/ktops/ops"

// Watch is how a release is watched once it serves. Without prometheus and direct the
// metrics are read from the containers of the Compose project.
type Watch struct {
	// How long after the upgrade the metrics are compared with those from before.
	For Duration `yaml:"for" default:"10m" validate:"min=1m,max=24h"`
	// How often they are read.
	Every Duration `yaml:"every" default:"5s" validate:"min=1s,max=1m"`
	// What follows a release that does worse: hold stops the run and calls a person;
	// rollback puts the previous release back where no migration ran and nobody is turned
	// away by it, and holds otherwise.
	OnRegression string `yaml:"on_regression" default:"hold" validate:"oneof=hold rollback"`
	// Prometheus server that knows the metrics.
	Prometheus *WatchPrometheus `yaml:"prometheus"`
	// Addresses of the metrics, where neither containers nor Prometheus tell them.
	Direct *WatchDirect `yaml:"direct"`
	// By how many percent of all requests the bad ones must rise to matter; they must
	// also be at least twice as many as before.
	Thresholds WatchThresholds `yaml:"thresholds"`
	// Names of the metrics.
	Names WatchNames `yaml:"names"`
}

// WatchPrometheus is a Prometheus server.
type WatchPrometheus struct {
	// Address of the server.
	URL string `yaml:"url" validate:"required,http_url" example:"http://prometheus.internal:9090"`
	// Bearer token, where the server asks for one.
	Token Secret `yaml:"token"`
	// Selector of the API's series.
	API string `yaml:"api" default:"job=\"keeptrusts-api\"" validate:"required"`
	// Selector of the gateways' series.
	Gateway string `yaml:"gateway" default:"job=\"keeptrusts-gateway\"" validate:"required"`
	// How far back the time reaches that the release is compared with.
	Lookback Duration `yaml:"lookback" default:"1h" validate:"min=1m,max=30d"`
}

// WatchDirect has addresses of metrics, each of one process, or of a name with an
// address for each process.
type WatchDirect struct {
	// Those of the API.
	API []string `yaml:"api" validate:"dive,http_url" example:"http://api.internal:8080/metrics"`
	// Those of the gateways.
	Gateway []string `yaml:"gateway" validate:"dive,http_url" example:"http://gateway.internal:41002/metrics"`
}

// WatchThresholds are in percent of all requests.
type WatchThresholds struct {
	// Requests answered with a status of 500 and above.
	Errors int `yaml:"errors" default:"1" validate:"min=1,max=50"`
	// Answers slower than 95 of 100 were before.
	Slow int `yaml:"slow" default:"3" validate:"min=1,max=50"`
	// Evaluations of policies that failed.
	PolicyErrors int `yaml:"policy_errors" default:"1" validate:"min=1,max=50"`
}

// WatchNames are the names of the metrics.
type WatchNames struct {
	// Counter of requests with a label status.
	Requests string `yaml:"requests" default:"keeptrusts_http_requests_total" validate:"metric"`
	// Histogram of answer times in seconds.
	Duration string `yaml:"duration" default:"keeptrusts_http_request_duration_seconds" validate:"metric"`
	// Counter of policy evaluations that failed.
	PolicyErrors string `yaml:"policy_errors" default:"keeptrusts_policy_evaluation_errors_total" validate:"metric"`
}

// Ops is the watch as planning sees it.
func (w *Watch) Ops() ops.Watching {
	if w == nil {
		return ops.Watching{}
	}
	return ops.Watching{For: w.For.Std(), OnRegression: ops.OnRegression(w.OnRegression)}
}

func (d *decoder) checkWatch(id string, w Watch) {
	if w.Prometheus != nil && w.Direct != nil {
		d.key(id+".direct", "and prometheus are both given", "keep one of them")
	}
	if w.Direct != nil && len(w.Direct.API)+len(w.Direct.Gateway) == 0 {
		d.key(id+".direct", "names no address", "name some, or remove it to read from the containers")
	}
	if w.Every > w.For/10 {
		d.key(id+".every", "is more than a tenth of for", "read more often, or watch longer")
	}
}
