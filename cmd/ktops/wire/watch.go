package wire

import (
	"context"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/guardian"
)

// watches adds the handlers of the watch period; none where the configuration asks for
// no watch.
func watches(handlers ops.Handlers, w *config.Watch, p *platform) error {
	if w == nil {
		return nil
	}
	source, err := metricsOf(*w, p)
	if err != nil {
		return err
	}
	percent := func(n int) float64 { return float64(n) / 100 }
	handlers[ops.Baseline] = guardian.Baseline{Source: source}
	handlers[ops.Watch] = guardian.Watch{
		Source: source, For: w.For.Std(), Every: w.Every.Std(),
		Thresholds: guardian.Thresholds{
			Errors: percent(w.Thresholds.Errors), Slow: percent(w.Thresholds.Slow), PolicyErrors: percent(w.Thresholds.PolicyErrors),
		},
	}
	return nil
}

func metricsOf(w config.Watch, p *platform) (guardian.Source, error) {
	names := guardian.Names{Requests: w.Names.Requests, Duration: w.Names.Duration, PolicyErrors: w.Names.PolicyErrors}
	switch {
	case w.Prometheus != nil:
		return guardian.NewPrometheus(guardian.PrometheusOptions{
			URL: w.Prometheus.URL, Token: w.Prometheus.Token.Reveal, Lookback: w.Prometheus.Lookback.Std(), Names: names,
			Selectors: map[ops.Component]string{ops.API: w.Prometheus.API, ops.Gateway: w.Prometheus.Gateway},
		})
	case w.Direct != nil:
		return guardian.NewDirect(guardian.Fixed(map[ops.Component][]string{ops.API: w.Direct.API, ops.Gateway: w.Direct.Gateway}), names), nil
	}
	return guardian.NewDirect(p.exposing, names), nil
}

// exposing lists the containers of API and gateways with where they expose metrics.
func (p *platform) exposing(ctx context.Context) ([]guardian.Target, error) {
	opened, err := p.get(ctx)
	if err != nil {
		return nil, err
	}
	containers, err := opened.Reachable(ctx, ops.API, ops.Gateway)
	if err != nil {
		return nil, err
	}
	targets := make([]guardian.Target, 0, len(containers))
	for _, c := range containers {
		target := guardian.Target{Component: c.Component, Process: c.ID}
		for _, host := range c.Hosts {
			target.URLs = append(target.URLs, "http://"+host+"/metrics")
		}
		targets = append(targets, target)
	}
	return targets, nil
}
