package fault

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// Handler shows the faults of requests in front of next. refuse writes an error in
// the way of the service.
func (f Faults) Handler(next http.Handler, refuse func(http.ResponseWriter, int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.Latency > 0 {
			select {
			case <-time.After(f.Latency):
			case <-r.Context().Done():
				return
			}
		}
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
