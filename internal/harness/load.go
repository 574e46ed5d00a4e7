package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	requestLimit = 30 * time.Second
	maxSamples   = 20

	// streamAgain is how long a caller whose stream did not go through waits before
	// the next try, as client libraries do: a closed edge is not stormed.
	streamAgain = time.Second
)

// LoadOptions say how hard to press; the zero values of Rate and Streams are 150
// requests a second and two streams at any time.
type LoadOptions struct {
	Rate         int           // requests a second over the three routes
	Streams      int           // long streams at any time; negative: none
	StreamLength time.Duration // 5 s when zero
}

// LoadResult is what callers of the platform saw.
type LoadResult struct {
	Requests   int           `json:"requests_total"`
	Failed     int           `json:"requests_failed"`
	Closed     int           `json:"requests_closed"` // told when to come back
	LongestGap time.Duration `json:"longest_gap"`     // on the worst route, between two good answers
	Slowest    time.Duration `json:"slowest"`
	Streams    int           `json:"streams_total"`
	Cut        int           `json:"streams_cut"`
	Took       time.Duration `json:"took"`
	// Samples are the first failures, each with its time since the start.
	Samples []string `json:"samples,omitempty"`
}

// Noticed is how often a caller did not get what was asked for, whatever the reason.
func (r LoadResult) Noticed() int { return r.Failed + r.Closed + r.Cut }

func (r LoadResult) String() string {
	return fmt.Sprintf("%d requests, %d failed, %d told to come back, longest gap %s, slowest %s; %d streams, %d cut; in %s",
		r.Requests, r.Failed, r.Closed, r.LongestGap.Round(time.Millisecond), r.Slowest.Round(time.Millisecond),
		r.Streams, r.Cut, r.Took.Round(time.Millisecond))
}

// Load presses on the edge until it is stopped. It is an open loop: a request leaves
// on time whether or not earlier ones were answered, so a stall is counted as what
// callers would have met. It shares nothing with the probe of the product, whose
// claims it is there to check.
type Load struct {
	edge    string
	options LoadOptions
	client  *http.Client
	began   time.Time
	stop    context.CancelFunc
	work    sync.WaitGroup

	mu       sync.Mutex
	result   LoadResult
	lastGood map[string]time.Time
}

// StartLoad presses on the edge at the address until Stop, or until ctx ends.
func StartLoad(ctx context.Context, edge string, options LoadOptions) *Load {
	if options.Rate == 0 {
		options.Rate = 150
	}
	if options.Streams == 0 {
		options.Streams = 2
	}
	if options.StreamLength == 0 {
		options.StreamLength = 5 * time.Second
	}
	l := &Load{
		edge: edge, options: options, began: time.Now(), lastGood: map[string]time.Time{},
		// A new connection each time: what is refused is seen, and what an idle
		// connection would hide is not hidden.
		client: &http.Client{Timeout: requestLimit, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	pressing, stop := context.WithCancel(ctx)
	l.stop = stop
	l.work.Go(func() { l.press(pressing) })
	for range options.Streams {
		l.work.Go(func() { l.streams(pressing) })
	}
	return l
}

// Stop sends no more, waits for every answer and stream, and says what was seen.
func (l *Load) Stop() LoadResult {
	now := time.Now()
	l.stop()
	l.work.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for route := range l.lastGood {
		l.closeGap(route, now)
	}
	l.result.Took = now.Sub(l.began)
	return l.result
}

// Snapshot says what has been seen so far.
func (l *Load) Snapshot() LoadResult {
	l.mu.Lock()
	defer l.mu.Unlock()
	snapshot := l.result
	snapshot.Took = time.Since(l.began)
	return snapshot
}

// press sends requests in turn over the routes. How many are due follows from the
// clock, so that a busy machine sends some together rather than fewer.
func (l *Load) press(ctx context.Context) {
	tick := time.NewTicker(time.Second / time.Duration(l.options.Rate))
	defer tick.Stop()
	all := routes()
	sent := 0
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for due := int(now.Sub(l.began).Seconds() * float64(l.options.Rate)); sent < due; sent++ {
				route := all[sent%len(all)]
				// What is under way is waited for, also after the last request.
				l.work.Go(func() { l.one(context.WithoutCancel(ctx), route) })
			}
		}
	}
}

func (l *Load) one(ctx context.Context, r route) {
	sent := time.Now()
	err := r.ask(ctx, l.client, l.edge)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.Requests++
	l.result.Slowest = max(l.result.Slowest, time.Since(sent))
	switch {
	case errors.Is(err, errClosed):
		l.result.Closed++
		return
	case err != nil:
		l.result.Failed++
		l.sample(r.name, err)
		return
	}
	l.closeGap(r.name, time.Now())
}

func (l *Load) closeGap(route string, now time.Time) {
	since, ok := l.lastGood[route]
	if !ok {
		since = l.began
	}
	l.result.LongestGap = max(l.result.LongestGap, now.Sub(since))
	l.lastGood[route] = now
}

func (l *Load) sample(what string, err error) {
	if len(l.result.Samples) < maxSamples {
		l.result.Samples = append(l.result.Samples, fmt.Sprintf("+%s %s: %v", time.Since(l.began).Round(time.Millisecond), what, err))
	}
}

// streams asks for one long answer after the other and reads each to its end.
func (l *Load) streams(ctx context.Context) {
	for ctx.Err() == nil {
		err := readStream(context.WithoutCancel(ctx), l.client, l.edge, l.options.StreamLength)
		l.countStream(err)
		if err != nil {
			pause(ctx, streamAgain)
		}
	}
}

// countStream tells a stream that was cut from one that never began, which is a
// request that failed.
func (l *Load) countStream(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case errors.Is(err, errClosed):
		l.result.Requests++
		l.result.Closed++
	case errors.Is(err, errCut):
		l.result.Streams++
		l.result.Cut++
		l.sample("stream", err)
	case err != nil:
		l.result.Requests++
		l.result.Failed++
		l.sample("stream", err)
	default:
		l.result.Streams++
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
