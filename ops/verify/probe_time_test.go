package verify_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

// slowEdge is an edge inside a bubble of synctest: /stream sends an event at each
// pace, so many of them and then its last; anything else answers at once.
type slowEdge struct {
	pace   time.Duration
	events int
}

func (e slowEdge) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("ok")), Request: r}
	if r.URL.Path == "/stream" {
		reading, writing := io.Pipe()
		answer.Body = reading
		go e.stream(r.Context(), writing)
	}
	return answer, nil
}

func (e slowEdge) stream(ctx context.Context, w *io.PipeWriter) {
	for range e.events {
		if _, err := io.WriteString(w, "data: {}\n\n"); err != nil {
			return
		}
		select {
		case <-time.After(e.pace):
		case <-ctx.Done():
			_ = w.CloseWithError(ctx.Err()) // never fails
			return
		}
	}
	_, _ = io.WriteString(w, "data:[DONE]\n\n") // the space is optional in server-sent events
	_ = w.Close()
}

// probeFor probes the edge for so long and stops.
func probeFor(t *testing.T, e slowEdge, length time.Duration) (ops.ProbeResult, *verify.Probing) {
	t.Helper()
	p := verify.Start(t.Context(), verify.ProbeOptions{Rate: 10, Streams: 1, Transport: e, Routes: []verify.Route{
		{Name: "api", URL: "http://edge/api"}, {Name: "console", URL: "http://edge/"}, {Name: "stream", URL: "http://edge/stream", Stream: true},
	}})
	time.Sleep(length) // the bubble's clock
	return p.Stop(), p
}

func TestProbe_SendsAtItsRateAndTellsNoGapWhileItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The second stream begins after 4 s and is waited for until 8 s.
		got, p := probeFor(t, slowEdge{pace: time.Second, events: 4}, 5050*time.Millisecond)
		if got.Requests != 50 || got.Failed != 0 || got.Streams != 2 || got.StreamsCut != 0 {
			t.Errorf("counted %+v", got)
		}
		if got.LongestGap != 100*time.Millisecond || got.Routes[0].LongestGap != 200*time.Millisecond {
			t.Errorf("the longest gap is %s, of a route %s", got.LongestGap, got.Routes[0].LongestGap)
		}
		time.Sleep(time.Minute)
		if later := p.Result(); later.LongestGap != got.LongestGap || later.Until != got.Until {
			t.Errorf("a minute after the end the gap is %s until %s", later.LongestGap, later.Until)
		}
	})
}

func TestProbe_AStreamThatIsWellAtTheEndIsCountedAndNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, _ := probeFor(t, slowEdge{pace: time.Second, events: 3600}, time.Minute)
		if got.Streams != 1 || got.StreamsCut != 0 {
			t.Errorf("%d streams, %d cut", got.Streams, got.StreamsCut)
		}
	})
}

func TestProbe_ASilentStreamIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, _ := probeFor(t, slowEdge{pace: time.Hour, events: 2}, 90*time.Second)
		if got.StreamsCut != 1 || !strings.Contains(got.Samples[0].Error, "nothing came for 1m0s") {
			t.Errorf("%d of %d streams cut, %+v", got.StreamsCut, got.Streams, got.Samples)
		}
	})
}
