package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Route is one request that callers make through the edge.
type Route struct {
	Name   string
	Method string
	URL    string
	Body   string
	Token  Secret
	Status int // wanted; 200 when zero
	// Stream routes are read to their end, one after the other, as long answers.
	Stream bool
}

// ProbeOptions say what the probe sends.
type ProbeOptions struct {
	Routes  []Route
	Rate    int // requests a second over the routes that are no streams; 10 when zero
	Streams int // long answers kept open at any time; 1 when zero
	// Marker is the header by which a closed edge says that it is; empty where none
	// can be closed. The probe never passes one: it stands in the callers' place.
	Marker string
	// Transport carries the requests; nil for one that hides nothing.
	Transport http.RoundTripper
}

// Probing is a probe that is running. It is an open loop: a request leaves on
// time whether or not earlier ones were answered, so a stall is counted as what
// callers would have met. Nothing is sent twice, so nothing is hidden.
type Probing struct {
	options ProbeOptions
	client  *http.Client
	stop    context.CancelFunc
	quit    context.CancelCauseFunc // also ends requests under way
	work    sync.WaitGroup

	mu     sync.Mutex
	result ops.ProbeResult
	good   map[string]time.Time // the last success of each route, and of all under ""
	ended  time.Time            // when Stop was called
}

// Start probes until Stop, or until ctx ends.
func Start(ctx context.Context, options ProbeOptions) *Probing {
	if options.Rate <= 0 {
		options.Rate = 10
	}
	if options.Streams <= 0 {
		options.Streams = 1
	}
	if options.Transport == nil {
		options.Transport = newTransport()
	}
	sending, stop := context.WithCancel(ctx)
	answering, quit := context.WithCancelCause(context.WithoutCancel(ctx))
	now := time.Now()
	p := &Probing{options: options, client: newProbeClient(options.Transport), stop: stop, quit: quit,
		result: ops.ProbeResult{Since: now.UTC()}, good: map[string]time.Time{"": now}}
	var plainRoutes, streams []Route
	for _, r := range options.Routes {
		if r.Stream {
			streams = append(streams, r)
			continue
		}
		plainRoutes = append(plainRoutes, r)
		p.result.Routes = append(p.result.Routes, ops.RouteResult{Route: r.Name})
		p.good[r.Name] = now
	}
	if len(plainRoutes) > 0 {
		p.work.Go(func() { p.send(sending, answering, plainRoutes) })
	}
	for _, r := range streams {
		for range options.Streams {
			p.work.Go(func() { p.stream(sending, answering, r) })
		}
	}
	return p
}

// newTransport opens a connection for each request, and speaks HTTP/1 only:
// net/http by itself repeats a request whose idle connection had gone, or whose
// HTTP/2 stream was refused, and so would hide a failure.
func newTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{DisableKeepAlives: true, Protocols: protocols}
}

func newProbeClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Result is what was counted so far.
func (p *Probing) Result() ops.ProbeResult {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	result := p.result
	result.Until = now.UTC()
	result.LongestGap = max(result.LongestGap, now.Sub(p.good[""]))
	result.Routes = append([]ops.RouteResult(nil), result.Routes...)
	for i, r := range result.Routes {
		result.Routes[i].LongestGap = max(r.LongestGap, now.Sub(p.good[r.Route]))
	}
	result.Samples = append([]ops.FailedSample(nil), result.Samples...)
	return result
}

// stopPatience is how long Stop waits for answers under way. A stream that is
// still well then was not cut.
const stopPatience = 15 * time.Second

// errOver ends what is still under way when the probe's patience is over.
var errOver = fmt.Errorf("the probe is over")

// Stop sends nothing more, waits for what is under way, and gives the last count.
func (p *Probing) Stop() ops.ProbeResult {
	p.end()
	p.stop()
	patience := time.AfterFunc(stopPatience, func() { p.quit(errOver) })
	p.work.Wait()
	patience.Stop()
	p.quit(nil)
	return p.Result()
}

func (p *Probing) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended.IsZero() {
		p.ended = time.Now()
	}
}

// now is the present until Stop, and from then on the moment of Stop: while it
// waits nothing is sent, and that is no gap. The caller holds mu.
func (p *Probing) now() time.Time {
	if !p.ended.IsZero() {
		return p.ended
	}
	return time.Now()
}

func (p *Probing) send(sending, answering context.Context, routes []Route) {
	tick := time.NewTicker(time.Second / time.Duration(p.options.Rate))
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-sending.Done():
			return
		case <-tick.C:
			r := routes[i%len(routes)]
			p.work.Go(func() {
				ctx, cancel := context.WithTimeout(answering, answerLimit)
				defer cancel()
				err := p.ask(ctx, r)
				if context.Cause(answering) == nil || err == nil {
					p.count(r.Name, err)
				}
			})
		}
	}
}

// ask makes one request and reads the whole answer.
func (p *Probing) ask(ctx context.Context, route Route) error {
	response, err := p.open(ctx, route)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	return nil
}

// open makes one request and wants the route's status.
func (p *Probing) open(ctx context.Context, route Route) (*http.Response, error) {
	method := route.Method
	if method == "" {
		method = http.MethodGet
	}
	r, err := request(ctx, method, route.URL, route.Body, route.Token)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(r)
	if err != nil {
		return nil, plain(err)
	}
	want := route.Status
	if want == 0 {
		want = http.StatusOK
	}
	if response.StatusCode != want {
		response.Body.Close()
		if p.closedAnswer(response) {
			return nil, errClosed
		}
		return nil, fmt.Errorf("%s answers %s", r.URL.Redacted(), response.Status)
	}
	return response, nil
}

func (p *Probing) count(route string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, closed := p.now(), errors.Is(err, errClosed)
	p.result.Requests++
	for i := range p.result.Routes {
		if r := &p.result.Routes[i]; r.Route == route {
			r.Requests++
			switch {
			case closed:
			case err != nil:
				r.Failed++
			default:
				r.LongestGap = max(r.LongestGap, now.Sub(p.good[route]))
			}
		}
	}
	if closed {
		p.result.Closed++
		return // callers were told, but not served: the gap goes on
	}
	if err != nil {
		p.result.Failed++
		p.sample(route, err)
		return
	}
	p.result.LongestGap = max(p.result.LongestGap, now.Sub(p.good[""]))
	p.good[""], p.good[route] = now, now
}

// sample keeps one of the first failures. The caller holds mu.
func (p *Probing) sample(route string, err error) {
	if len(p.result.Samples) < ops.MaxSamples {
		p.result.Samples = append(p.result.Samples, ops.FailedSample{At: time.Now().UTC(), Route: route, Error: err.Error()})
	}
}
