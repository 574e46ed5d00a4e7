package guardian

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/keeptrusts/ktops/ops"
)

// PrometheusOptions say which server is asked, and for what.
type PrometheusOptions struct {
	URL string
	// Token is the bearer token; nil where the server asks for none.
	Token func() string
	// Selectors choose the series of each component: job="keeptrusts-api".
	Selectors map[ops.Component]string
	// Lookback is how far back the baseline reaches.
	Lookback time.Duration
	Names    Names
}

// Prometheus asks a Prometheus server.
type Prometheus struct {
	options PrometheusOptions
	api     v1.API
}

// NewPrometheus is a source that asks this server.
func NewPrometheus(options PrometheusOptions) (*Prometheus, error) {
	client, err := api.NewClient(api.Config{Address: options.URL, RoundTripper: bearer{options.Token, http.DefaultTransport}})
	if err != nil {
		return nil, fmt.Errorf("use Prometheus at %s: %w", options.URL, err)
	}
	return &Prometheus{options: options, api: v1.NewAPI(client)}, nil
}

// bearer adds the token to each request.
type bearer struct {
	token func() string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.token != nil {
		if token := b.token(); token != "" {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	return b.next.RoundTrip(r)
}

// Before is how much the counters grew in the time before, as Prometheus sees it.
func (p *Prometheus) Before(ctx context.Context) ([]ops.Traffic, error) {
	readings, err := p.read(ctx, func(metric, selector string) string {
		return fmt.Sprintf("increase(%s{%s}[%s])", metric, selector, model.Duration(p.options.Lookback))
	})
	return sum(readings), err
}

// Read tells the counters as Prometheus last saw them.
func (p *Prometheus) Read(ctx context.Context) ([]Reading, error) {
	return p.read(ctx, func(metric, selector string) string { return fmt.Sprintf("%s{%s}", metric, selector) })
}

func (p *Prometheus) read(ctx context.Context, query func(metric, selector string) string) ([]Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var readings []Reading
	var failures []error
	for _, component := range ops.Services() {
		selector, ok := p.options.Selectors[component]
		if !ok {
			continue
		}
		found, err := p.component(ctx, func(metric string) string { return query(metric, selector) })
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("Prometheus has no %s{%s}", p.options.Names.Requests, selector)
		}
		if err != nil {
			failures = append(failures, err)
			continue
		}
		for process, traffic := range found {
			traffic.Component = component
			readings = append(readings, Reading{Process: process, Traffic: *traffic})
		}
	}
	slices.SortFunc(readings, func(a, b Reading) int {
		return strings.Compare(string(a.Component)+a.Process, string(b.Component)+b.Process)
	})
	return readings, errors.Join(failures...)
}

// component reads the metrics of a component and gathers them by process.
func (p *Prometheus) component(ctx context.Context, query func(metric string) string) (map[string]*ops.Traffic, error) {
	found := map[string]*ops.Traffic{}
	n := p.options.Names
	metrics := []struct {
		name  string
		count func(*ops.Traffic, model.Metric, float64)
	}{
		{n.Requests, countRequest},
		{n.PolicyErrors, func(t *ops.Traffic, _ model.Metric, v float64) { t.PolicyErrors += v }},
		{n.Duration + "_count", func(t *ops.Traffic, _ model.Metric, v float64) { t.Timed += v }},
		{n.Duration + "_sum", func(t *ops.Traffic, _ model.Metric, v float64) { t.Seconds += v }},
		{n.Duration + "_bucket", countBucket},
	}
	for _, m := range metrics {
		samples, err := p.samples(ctx, query(m.name))
		if err != nil {
			return nil, err
		}
		for _, s := range samples {
			process := string(s.Metric["job"]) + " " + string(s.Metric["instance"])
			if found[process] == nil {
				found[process] = &ops.Traffic{}
			}
			m.count(found[process], s.Metric, float64(s.Value))
		}
	}
	return found, nil
}

func (p *Prometheus) samples(ctx context.Context, query string) (model.Vector, error) {
	result, _, err := p.api.Query(ctx, query, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("ask Prometheus for %s: %w", query, err)
	}
	vector, ok := result.(model.Vector)
	if !ok {
		return nil, fmt.Errorf("ask Prometheus for %s: it answered with a %s", query, result.Type())
	}
	return vector, nil
}

func countRequest(t *ops.Traffic, m model.Metric, v float64) {
	t.Requests += v
	if strings.HasPrefix(string(m["status"]), "5") {
		t.Errors += v
	}
}

// countBucket adds a bucket to those of other series of the process, in order.
func countBucket(t *ops.Traffic, m model.Metric, v float64) {
	bound, err := strconv.ParseFloat(string(m["le"]), 64)
	if err != nil || m["le"] == "+Inf" {
		return
	}
	at, has := slices.BinarySearchFunc(t.Buckets, bound, func(b ops.Bucket, bound float64) int {
		switch {
		case b.UpTo < bound:
			return -1
		case b.UpTo > bound:
			return 1
		}
		return 0
	})
	if !has {
		t.Buckets = slices.Insert(t.Buckets, at, ops.Bucket{UpTo: bound})
	}
	t.Buckets[at].Count += v
}
