package ops

import "time"

// Report is what a verification proves (guide: Post-Upgrade Verification).
type Report struct {
	At       time.Time   `json:"at"`
	Checks   []Finding   `json:"checks"`
	Running  []Container `json:"running"`
	Expected Version     `json:"expected"`
}

// Level is the worst of the report's checks.
func (r Report) Level() Level { return Worst(r.Checks) }

// ProbeResult is what users of the edge saw while a run was going on. Results of
// several stretches of one run add up with Add.
type ProbeResult struct {
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Requests int       `json:"requests"`
	Failed   int       `json:"failed"`
	// LongestGap is the longest time without a successful request, on any route.
	LongestGap time.Duration `json:"longest_gap"`
	Streams    int           `json:"streams"`
	StreamsCut int           `json:"streams_cut"`
	// Closed counts requests, and streams that did not begin, that the closed edge
	// answered with its page: announced, and so not failed.
	Closed  int            `json:"closed,omitempty"`
	Routes  []RouteResult  `json:"routes,omitempty"`
	Samples []FailedSample `json:"samples,omitempty"` // the first few failures
}

// RouteResult is the probe's count for one route through the edge.
type RouteResult struct {
	Route      string        `json:"route"`
	Requests   int           `json:"requests"`
	Failed     int           `json:"failed"`
	LongestGap time.Duration `json:"longest_gap"`
}

// FailedSample is one failed request of the probe.
type FailedSample struct {
	At    time.Time `json:"at"`
	Route string    `json:"route"`
	Error string    `json:"error"`
}

// MaxSamples bounds how many failures a ProbeResult keeps.
const MaxSamples = 20

// Add joins two stretches of probing.
func (p ProbeResult) Add(q ProbeResult) ProbeResult {
	if p.Requests+p.Streams+p.Closed == 0 {
		return q
	}
	if q.Requests+q.Streams+q.Closed == 0 {
		return p
	}
	p.Requests += q.Requests
	p.Failed += q.Failed
	p.Streams += q.Streams
	p.StreamsCut += q.StreamsCut
	p.Closed += q.Closed
	p.LongestGap = max(p.LongestGap, q.LongestGap)
	if q.Since.Before(p.Since) {
		p.Since = q.Since
	}
	if q.Until.After(p.Until) {
		p.Until = q.Until
	}
	p.Routes = addRoutes(p.Routes, q.Routes)
	samples := append(append([]FailedSample{}, p.Samples...), q.Samples...)
	p.Samples = samples[:min(len(samples), MaxSamples)]
	return p
}

func addRoutes(a, b []RouteResult) []RouteResult {
	sum := append([]RouteResult{}, a...)
next:
	for _, r := range b {
		for i := range sum {
			if sum[i].Route == r.Route {
				sum[i].Requests += r.Requests
				sum[i].Failed += r.Failed
				sum[i].LongestGap = max(sum[i].LongestGap, r.LongestGap)
				continue next
			}
		}
		sum = append(sum, r)
	}
	return sum
}
