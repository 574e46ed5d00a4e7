package wire

import (
	"context"
	"strings"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

// newApp asks the components themselves, past the edge.
func newApp(e config.Environment, platform ops.Platform, database ops.DatabaseServer) *verify.Keeptrusts {
	return verify.New(verify.Options{
		API: base(e.Endpoints.API), Gateway: base(e.Endpoints.Gateway), Console: base(e.Endpoints.Console),
		APIToken: token(e.Checks.APIToken), GatewayKey: token(e.Checks.GatewayKey), Model: e.Checks.Model,
		CLI: e.Checks.CLI, Door: door(e), Platform: platform, Database: database,
	})
}

// probeOf stands in the callers' place at the edge during a run; nil where the
// configuration has no edge or wants no requests.
func probeOf(e config.Environment) func(ctx context.Context) ops.Probing {
	if e.Edge == nil || e.Probe.Rate+e.Probe.Streams == 0 {
		return nil
	}
	options := verify.ProbeOptions{Rate: e.Probe.Rate, Streams: e.Probe.Streams, Marker: marker(e)}
	for _, r := range e.Edge.Routes {
		if (r.Stream && e.Probe.Streams == 0) || (!r.Stream && e.Probe.Rate == 0) {
			continue // zero asks for none, where the probe's zero means its default
		}
		options.Routes = append(options.Routes, verify.Route{
			Name: r.Name, Method: r.Method, URL: base(e.Edge.URL) + r.Path, Body: r.Body,
			Token: token(r.Token), Status: r.Status, Stream: r.Stream,
		})
	}
	return func(ctx context.Context) ops.Probing { return verify.Start(ctx, options) }
}

// base is an address to which a path can be added.
func base(address string) string { return strings.TrimSuffix(address, "/") }

// token gives a secret when it is needed; nil where none is configured.
func token(s config.Secret) verify.Secret {
	if s.IsZero() {
		return nil
	}
	return s.Reveal
}
