package guardian

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Source reads counters. What it can read comes also with an error, which is about the
// rest.
type Source interface {
	// Before tells what the components had answered so far, in all their processes.
	Before(ctx context.Context) ([]ops.Traffic, error)
	// Read tells the counters of each process as they are now.
	Read(ctx context.Context) ([]Reading, error)
}

// Reading is the counters of one process.
type Reading struct {
	// Process tells processes apart.
	Process string
	ops.Traffic
}

// Names are those of the metrics.
type Names struct {
	Requests     string // counter with a label status
	Duration     string // histogram in seconds
	PolicyErrors string // counter
}

// DefaultNames are those of Keeptrusts.
func DefaultNames() Names {
	return Names{
		Requests: "keeptrusts_http_requests_total", Duration: "keeptrusts_http_request_duration_seconds",
		PolicyErrors: "keeptrusts_policy_evaluation_errors_total",
	}
}

// readTimeout bounds one reading of everything.
const readTimeout = 10 * time.Second

// sum adds up what the processes of each component have counted.
func sum(readings []Reading) []ops.Traffic {
	var out []ops.Traffic
	for _, r := range readings {
		out = add(out, r.Traffic)
	}
	return out
}

// add adds counts to those of the same component.
func add(all []ops.Traffic, t ops.Traffic) []ops.Traffic {
	for i := range all {
		if all[i].Component == t.Component {
			all[i] = plus(all[i], t, 1)
			return all
		}
	}
	return append(all, t)
}

// plus is a and so many times b. Histograms whose bounds differ cannot be added: the
// bounds of a stay, with what both have of them.
func plus(a, b ops.Traffic, times float64) ops.Traffic {
	a.Requests += times * b.Requests
	a.Errors += times * b.Errors
	a.PolicyErrors += times * b.PolicyErrors
	a.Timed += times * b.Timed
	a.Seconds += times * b.Seconds
	buckets := make([]ops.Bucket, 0, len(a.Buckets))
	for _, bucket := range a.Buckets {
		if count, ok := upTo(b, bucket.UpTo); ok {
			buckets = append(buckets, ops.Bucket{UpTo: bucket.UpTo, Count: bucket.Count + times*count})
		}
	}
	a.Buckets = buckets
	return a
}

// upTo counts the answers that took so long or shorter; false where no bucket ends there.
func upTo(t ops.Traffic, seconds float64) (float64, bool) {
	for _, b := range t.Buckets {
		if b.UpTo == seconds {
			return b.Count, true
		}
	}
	return 0, false
}
