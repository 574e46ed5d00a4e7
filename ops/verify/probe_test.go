package verify_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

// edge answers as told, and streams three events with pauses between.
type edge struct {
	failing atomic.Bool
	cutting atomic.Bool
	hanging chan struct{} // a stream waits for it before its last event
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.failing.Load() {
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return
	}
	if r.URL.Path != "/stream" {
		return
	}
	for range 3 {
		fmt.Fprint(w, "data: {}\n\n")
		http.NewResponseController(w).Flush()
	}
	if e.hanging != nil {
		select {
		case <-e.hanging:
		case <-r.Context().Done():
			return
		}
	}
	if e.cutting.Load() {
		panic(http.ErrAbortHandler)
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func probe(t *testing.T, e *edge) (*verify.Probing, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	p := verify.Start(t.Context(), verify.ProbeOptions{Rate: 200, Routes: []verify.Route{
		{Name: "api", URL: server.URL + "/api"}, {Name: "console", URL: server.URL + "/"}, {Name: "stream", URL: server.URL + "/stream", Stream: true},
	}})
	return p, server
}

func TestProbe_PasswordOfAnAddressIsNeverTold(t *testing.T) {
	e := &edge{}
	e.failing.Store(true)
	server := httptest.NewServer(e)
	defer server.Close()
	p := verify.Start(t.Context(), verify.ProbeOptions{Rate: 200, Routes: []verify.Route{
		{Name: "api", URL: strings.Replace(server.URL, "://", "://ops:hush@", 1) + "/api"}}})
	counted(t, p, func(r ops.ProbeResult) bool { return r.Failed > 0 })
	if sample := p.Stop().Samples[0].Error; strings.Contains(sample, "hush") {
		t.Error(sample)
	}
}

// counted waits until the probe has counted as wanted.
func counted(t *testing.T, p *verify.Probing, want func(ops.ProbeResult) bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	for !want(p.Result()) {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("never counted: %+v", p.Result())
		}
	}
}

func TestProbe_CountsEveryRouteAndStream(t *testing.T) {
	p, _ := probe(t, &edge{})
	counted(t, p, func(r ops.ProbeResult) bool { return r.Requests >= 20 && r.Streams >= 3 })
	got := p.Stop()
	if got.Failed != 0 || got.StreamsCut != 0 || len(got.Routes) != 2 || got.Routes[0].Requests == 0 || got.Routes[1].Requests == 0 {
		t.Errorf("%+v", got)
	}
	if got.Requests != got.Routes[0].Requests+got.Routes[1].Requests || !got.Until.After(got.Since) {
		t.Errorf("%+v", got)
	}
}

func TestProbe_TellsAnOutageWithSamplesAndTheGap(t *testing.T) {
	e := &edge{}
	p, _ := probe(t, e)
	counted(t, p, func(r ops.ProbeResult) bool { return r.Requests >= 10 })
	e.failing.Store(true)
	began := time.Now()
	counted(t, p, func(r ops.ProbeResult) bool { return r.Failed >= 30 && r.StreamsCut >= 1 })
	outage := time.Since(began)
	e.failing.Store(false)
	before := p.Result().Failed
	counted(t, p, func(r ops.ProbeResult) bool { return r.Requests-r.Failed >= 15 })
	got := p.Stop()
	if got.LongestGap < outage/2 || got.Routes[0].LongestGap < outage/2 {
		t.Errorf("an outage of %s, told %s", outage, got.LongestGap)
	}
	if got.Failed < before || len(got.Samples) != ops.MaxSamples {
		t.Errorf("%d failed, %d samples", got.Failed, len(got.Samples))
	}
}

func TestProbe_AStreamThatBreaksOffIsCut(t *testing.T) {
	e := &edge{}
	e.cutting.Store(true)
	p, _ := probe(t, e)
	counted(t, p, func(r ops.ProbeResult) bool { return r.StreamsCut >= 1 })
	if got := p.Stop(); got.Samples[0].Route != "stream" {
		t.Errorf("%+v", got.Samples)
	}
}

func TestProbe_AnEdgeThatIsGoneCountsAsFailed(t *testing.T) {
	p, server := probe(t, &edge{})
	counted(t, p, func(r ops.ProbeResult) bool { return r.Requests >= 2 })
	server.Close()
	counted(t, p, func(r ops.ProbeResult) bool { return r.Failed >= 2 })
	p.Stop()
}
