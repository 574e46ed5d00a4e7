package wire

import (
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
	"github.com/keeptrusts/ktops/ops/verify"
)

// edge is what of an environment's edge concerns its closing, for keep.
type edge struct {
	url         string
	maintenance config.Maintenance
	dockerHost  string
	environment string // two never share an edge
}

// Edge is the nginx of an environment; nil where the configuration does not say how
// it is closed.
func (w *Wiring) Edge(e config.Environment) (*nginx.Edge, error) {
	if !closes(e) {
		return nil, nil
	}
	made := edge{e.Edge.URL, *e.Edge.Maintenance, e.Platform.Compose.DockerHost, e.Name}
	return w.edges.get(made, func() (*nginx.Edge, error) { return nginx.New(made.options(w.log.WithField("environment", e.Name))) })
}

// closer is the edge as the domain has it: no edge, and not a nil one.
func (w *Wiring) closer(e config.Environment) (ops.Edge, error) {
	closing, err := w.Edge(e)
	if err != nil || closing == nil {
		return nil, err
	}
	return closing, nil
}

func closes(e config.Environment) bool { return e.Edge != nil && e.Edge.Maintenance != nil }

func (made edge) options(log *logrus.Entry) nginx.Options {
	m := made.maintenance
	options := nginx.Options{
		Environment: made.environment, URL: made.url, Directory: m.Directory, Inside: m.Inside, Agent: m.Agent,
		Container: m.Container, Test: m.Test, Reload: m.Reload, Workers: m.Workers,
		Bypass: m.Bypass.Reveal, OpenPaths: m.OpenPaths, JSONPaths: m.JSONPaths,
		StatusURL: m.StatusURL, Title: m.Title, DrainLimit: m.DrainLimit.Std(), Log: log,
	}
	if made.dockerHost != "" {
		options.Env = []string{"DOCKER_HOST=" + made.dockerHost}
	}
	return options
}

// door is how the checks pass the closed edge where an endpoint is behind it.
func door(e config.Environment) verify.Door {
	if !closes(e) {
		return verify.Door{}
	}
	return verify.Door{Edge: e.Edge.URL, Header: nginx.BypassHeader, Secret: e.Edge.Maintenance.Bypass.Reveal}
}

// marker is the header that tells the page of the closed edge from a broken platform.
func marker(e config.Environment) string {
	if !closes(e) {
		return ""
	}
	return nginx.MarkerHeader
}
