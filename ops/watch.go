package ops

import (
	"fmt"
	"time"
)

// OnRegression is what becomes of a run whose release does worse than the one before.
type OnRegression string

// What a regression leads to.
const (
	HoldOnRegression OnRegression = "hold"     // a person decides
	BackOnRegression OnRegression = "rollback" // by itself, where nothing is lost by it
)

// Watching is how a release is watched once it serves; the zero value watches nothing.
type Watching struct {
	For          time.Duration
	OnRegression OnRegression
}

// Traffic counts what a component has answered, as its metrics tell.
type Traffic struct {
	Component Component `json:"component"`
	Requests  float64   `json:"requests"`
	// Errors are the answers with a status of 500 and above.
	Errors float64 `json:"errors"`
	// PolicyErrors are evaluations of a policy that failed.
	PolicyErrors float64 `json:"policy_errors"`
	// Timed counts the answers that were timed, and Seconds is how long they took together.
	Timed   float64 `json:"timed"`
	Seconds float64 `json:"seconds"`
	// Buckets count the answers that took so long or shorter, the shortest first; the
	// bucket without a bound is Timed.
	Buckets []Bucket `json:"buckets,omitempty"`
}

// Bucket is one bucket of a cumulative histogram.
type Bucket struct {
	UpTo  float64 `json:"up_to"` // seconds
	Count float64 `json:"count"`
}

// Regression is a release that does worse than the one before. It ends a watch as its
// error.
type Regression struct {
	Component Component `json:"component"`
	// Metric names what got worse: error ratio, slow answers, policy errors.
	Metric string `json:"metric"`
	// Before and After are the shares of requests that were bad, between 0 and 1.
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	// Samples is how many requests After rests on.
	Samples int `json:"samples"`
	// Picture shows before and after, in lines of equal width.
	Picture string `json:"picture"`
}

// Error implements error.
func (r *Regression) Error() string {
	return fmt.Sprintf("%s of the %s rose from %s to %s (%s)", r.Metric, r.Component,
		PercentText(r.Before), PercentText(r.After), plural(r.Samples, "request"))
}

// PercentText is a share for people: 5 %, 0.12 %.
func PercentText(share float64) string {
	percent := 100 * share
	switch {
	case percent == 0 || percent >= 10:
		return fmt.Sprintf("%.0f %%", percent)
	case percent >= 1:
		return fmt.Sprintf("%.1f %%", percent)
	}
	return fmt.Sprintf("%.2f %%", percent)
}

// watched adds the steps of the watch period: the metrics are read before anything
// changes, and watched once the release serves, before anything is tidied up.
func watched(steps []Step, w Watching, from, to Version) []Step {
	if w.For <= 0 {
		return steps
	}
	out := []Step{{Name: "read metrics", Kind: Baseline, From: from, To: to}}
	for _, s := range steps {
		if s.Kind == Prune {
			out = append(out, Step{Name: "watch", Kind: Watch, From: from, To: to, Estimate: w.For})
		}
		out = append(out, s)
	}
	return out
}
