package verify_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

const markerHeader = "X-Edge"

// closingEdge answers at once: 200 while it is open, 503 while it is closed, with
// its marker if it has one.
type closingEdge struct {
	closed atomic.Bool
	marker string
	shown  atomic.Bool // somebody tried to pass
}

func (e *closingEdge) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get(passHeader) != "" {
		e.shown.Store(true)
	}
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader("data: [DONE]\n\n"))}
	if e.closed.Load() {
		answer.StatusCode, answer.Status = http.StatusServiceUnavailable, "503 Service Unavailable"
		if e.marker != "" {
			answer.Header.Set(e.marker, "closed abc")
		}
		return answer, nil
	}
	if r.URL.Path == "/stream" {
		time.Sleep(500 * time.Millisecond) // the bubble's clock
	}
	return answer, nil
}

// probeClosing probes an edge that is closed for the second of three times so long.
func probeClosing(t *testing.T, e *closingEdge, length time.Duration) ops.ProbeResult {
	t.Helper()
	p := verify.Start(t.Context(), verify.ProbeOptions{Rate: 10, Streams: 1, Transport: e, Marker: markerHeader, Routes: []verify.Route{
		{Name: "api", URL: "http://edge/api"}, {Name: "stream", URL: "http://edge/stream", Stream: true},
	}})
	time.Sleep(length + 50*time.Millisecond)
	e.closed.Store(true)
	time.Sleep(length)
	e.closed.Store(false)
	time.Sleep(length)
	return p.Stop()
}

func TestProbe_TheClosedEdgesPageIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &closingEdge{marker: markerHeader}
		got := probeClosing(t, e, 10*time.Second)
		if got.Requests != 300 || got.Failed != 0 || got.StreamsCut != 0 || len(got.Samples) != 0 || got.Routes[0].Failed != 0 {
			t.Errorf("%+v", got)
		}
		// 100 requests, and one try of a stream each second.
		if got.Closed < 109 || got.Closed > 111 {
			t.Errorf("%d answered by the closed edge", got.Closed)
		}
		// Nobody was served meanwhile, and that is told.
		if got.LongestGap < 10*time.Second || got.LongestGap > 10200*time.Millisecond || got.Routes[0].LongestGap != got.LongestGap {
			t.Errorf("the longest gap is %s, of the route %s", got.LongestGap, got.Routes[0].LongestGap)
		}
		if e.shown.Load() {
			t.Error("the probe tried to pass the closed edge")
		}
	})
}

func TestProbe_A503OfSomebodyElseIsAFailure(t *testing.T) {
	for name, marker := range map[string]string{"without a marker": "", "with another header": "X-Other"} {
		synctest.Test(t, func(t *testing.T) {
			got := probeClosing(t, &closingEdge{marker: marker}, 5*time.Second)
			if got.Failed != 50 || got.Closed != 0 || got.StreamsCut == 0 {
				t.Errorf("%s: %+v", name, got)
			}
		})
	}
}

func TestProbeResult_ClosedAddsUp(t *testing.T) {
	only := ops.ProbeResult{Closed: 3}
	if got := only.Add(ops.ProbeResult{Requests: 2, Closed: 1}).Closed; got != 4 {
		t.Errorf("%d", got)
	}
	if got := (ops.ProbeResult{}).Add(only).Closed; got != 3 {
		t.Errorf("%d", got)
	}
}
