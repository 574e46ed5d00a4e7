package fault

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// Handler shows the faults of requests in front of next. refuse writes an error in
// the way of the service.
func (f Faults) Handler(next http.Handler, refuse func(http.ResponseWriter, int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		if !wait(r.Context(), f.Latency) {
			return
		}
		defer f.slow(r.Context(), began)
		switch {
		case f.Unhealthy:
			refuse(w, http.StatusServiceUnavailable, "unhealthy by KT_FAULT_UNHEALTHY")
		case f.ErrorRate > 0 && rand.Float64() < f.ErrorRate:
			refuse(w, http.StatusInternalServerError, "failed by KT_FAULT_ERROR_RATE")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// slow makes what began then last so many times as long.
func (f Faults) slow(ctx context.Context, began time.Time) {
	wait(ctx, time.Duration((f.Slowness-1)*float64(time.Since(began))))
}

// wait is false when the caller went away meanwhile.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
