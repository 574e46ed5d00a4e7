package guardian

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/ops"
)

// Target is one process that exposes its metrics.
type Target struct {
	Component ops.Component
	// Process tells it from others; URLs are where it can be asked, any of them.
	Process string
	URLs    []string
}

// Targets lists the processes that run now.
type Targets func(context.Context) ([]Target, error)

// Direct reads the metrics of the processes themselves.
type Direct struct {
	targets Targets
	names   Names
	client  *http.Client
}

// NewDirect reads what these targets expose.
func NewDirect(targets Targets, names Names) *Direct {
	return &Direct{targets: targets, names: names, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// Before is what the processes that run have answered since they started.
func (d *Direct) Before(ctx context.Context) ([]ops.Traffic, error) {
	readings, err := d.Read(ctx)
	return sum(readings), err
}

// Read asks all processes at once.
func (d *Direct) Read(ctx context.Context) ([]Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	targets, err := d.targets(ctx)
	if err != nil {
		return nil, fmt.Errorf("look which processes there are: %w", err)
	}
	if len(targets) == 0 {
		return nil, errors.New("no gateway and no API runs")
	}
	found, failures := make([]*Reading, len(targets)), make([]error, len(targets))
	var asking errgroup.Group
	asking.SetLimit(8)
	for i, target := range targets {
		asking.Go(func() error {
			found[i], failures[i] = d.ask(ctx, target)
			return nil
		})
	}
	_ = asking.Wait()
	var readings []Reading
	for _, r := range found {
		if r != nil {
			readings = append(readings, *r)
		}
	}
	return readings, errors.Join(failures...)
}

// ask tries the addresses of a process in turn.
func (d *Direct) ask(ctx context.Context, target Target) (*Reading, error) {
	var failures []error
	for _, at := range target.URLs {
		traffic, err := scrape(ctx, d.client, at, d.names)
		if err == nil {
			traffic.Component = target.Component
			return &Reading{Process: target.Process, Traffic: traffic}, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}

// Fixed are the processes behind addresses that do not change. A name that has several
// addresses stands for as many processes, as Docker and Kubernetes name replicas.
func Fixed(urls map[ops.Component][]string) Targets {
	return func(ctx context.Context) ([]Target, error) {
		var targets []Target
		for _, component := range ops.Services() {
			for _, at := range urls[component] {
				for _, one := range resolved(ctx, at) {
					targets = append(targets, Target{Component: component, Process: one, URLs: []string{one}})
				}
			}
		}
		return targets, nil
	}
}

// resolved has an address for each process behind one.
func resolved(ctx context.Context, at string) []string {
	parsed, err := url.Parse(at)
	if err != nil || parsed.Scheme != "http" { // a certificate is for the name
		return []string{at}
	}
	addresses := addressesOf(ctx, parsed.Hostname())
	if len(addresses) < 2 {
		return []string{at} // asking it tells what is wrong
	}
	var out []string
	for _, address := range addresses {
		one := *parsed
		one.Host = net.JoinHostPort(address.Unmap().String(), cmp.Or(parsed.Port(), "80"))
		out = append(out, one.String())
	}
	return out
}

// addressesOf are those of one kind: with both kinds, each process would count twice.
func addressesOf(ctx context.Context, host string) []netip.Addr {
	for _, network := range []string{"ip4", "ip6"} {
		if found, err := net.DefaultResolver.LookupNetIP(ctx, network, host); err == nil && len(found) > 0 {
			return found
		}
	}
	return nil
}
