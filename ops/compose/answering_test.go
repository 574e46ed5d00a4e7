package compose

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"

	"github.com/moby/moby/api/types/container"
)

// An image's HEALTHCHECK may give its first verdict after half a minute, in which
// nobody is served; its answer at the endpoint is there at once.
func TestAnswering_DoesNotWaitForDockersFirstVerdict(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	host, text, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	p := &Platform{web: newHealthClient()}
	for _, c := range []struct {
		status          container.HealthStatus
		answers, health bool
	}{
		{container.Starting, true, false},
		{container.Healthy, true, true},
		{container.Unhealthy, false, false},
		{container.NoHealthcheck, true, true},
	} {
		i := instance{addresses: []netip.Addr{netip.MustParseAddr(host)},
			state: &container.State{Status: container.StateRunning, Health: &container.Health{Status: c.status}}}
		s := ServiceOptions{Port: port, HealthPath: "/"}
		if err := p.answering(t.Context(), i, s); (err == nil) != c.answers {
			t.Errorf("in a window, with verdict %s: %v", c.status, err)
		}
		if err := p.health(t.Context(), i, s); (err == nil) != c.health {
			t.Errorf("beside others, with verdict %s: %v", c.status, err)
		}
		if i.state.Health.Status != c.status {
			t.Errorf("the verdict was changed to %s", i.state.Health.Status)
		}
	}
}
