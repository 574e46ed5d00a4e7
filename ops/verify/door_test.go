package verify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

const (
	passHeader = "X-Pass"
	passSecret = "sixteen-letters-or-more"
)

// behind is a platform behind a closed edge, which keeps what it was shown.
type behind struct {
	platform http.Handler

	mu    sync.Mutex
	shown []string
}

func (b *behind) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	b.shown = append(b.shown, r.Header.Get(passHeader))
	b.mu.Unlock()
	if r.Header.Get(passHeader) != passSecret {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	b.platform.ServeHTTP(w, r)
}

// verifying verifies a platform of which only the console is behind the edge.
func verifying(t *testing.T, edge func(address string) string) (ops.Finding, *behind, *behind) {
	t.Helper()
	p := newPlatform()
	closed, inside := &behind{platform: p}, &behind{platform: p}
	front, back := httptest.NewServer(closed), httptest.NewServer(inside)
	t.Cleanup(front.Close)
	t.Cleanup(back.Close)
	k := verify.New(verify.Options{
		API: back.URL, Gateway: back.URL, Console: front.URL, Platform: p, Database: p,
		Door: verify.Door{Edge: edge(front.URL), Header: passHeader, Secret: func() string { return passSecret }},
	})
	report, err := k.Verify(t.Context(), ops.Version{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Checks {
		if f.Check == "console" {
			return f, closed, inside
		}
	}
	t.Fatalf("the console was not checked: %v", report.Checks)
	return ops.Finding{}, nil, nil
}

func TestVerify_PassesTheClosedEdgeAndShowsTheSecretNowhereElse(t *testing.T) {
	console, _, inside := verifying(t, func(address string) string { return address })
	if console.Level != ops.Pass {
		t.Errorf("%+v", console)
	}
	for _, shown := range inside.shown {
		if shown != "" {
			t.Error("an endpoint that is not behind the edge was shown the secret")
		}
	}
}

func TestVerify_AnAddressThatOnlyResemblesTheEdgeIsShownNothing(t *testing.T) {
	for name, edge := range map[string]func(string) string{
		"with TLS":     func(a string) string { return strings.Replace(a, "http://", "https://", 1) },
		"another port": func(a string) string { return a[:strings.LastIndex(a, ":")] },
		"another name": func(a string) string { return strings.Replace(a, "127.0.0.1", "localhost", 1) },
		"no address":   func(string) string { return "" },
	} {
		console, closed, _ := verifying(t, edge)
		if console.Level != ops.Fail || len(closed.shown) == 0 || closed.shown[0] != "" {
			t.Errorf("%s: %+v, shown %q", name, console, closed.shown)
		}
	}
}
