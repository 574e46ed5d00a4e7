package harness_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
)

// settled waits until the edge has, for harness.EdgeSettles, had answers from so many
// containers of the service and has asked none in vain.
func settled(ctx context.Context, w *harness.World, service string, containers int) error {
	path := map[string]string{
		"keeptrusts-api": "/api/health/ready", "keeptrusts-console": "/health", "keeptrusts-gateway": "/gateway/health",
	}[service]
	since, answered := time.Now(), map[string]bool{}
	return harness.Until(ctx, "the edge has settled on "+service, 30*time.Second, func(ctx context.Context) error {
		tried, err := asked(ctx, w.Platform.Edge()+path)
		if err != nil || len(tried) > 1 {
			since = time.Now()
			return fmt.Errorf("asked %v: %w", tried, err)
		}
		answered[tried[0]] = true
		if calm := time.Since(since); calm < harness.EdgeSettles || len(answered) < containers {
			return fmt.Errorf("calm for %s, with answers from %v", calm, answered)
		}
		return nil
	})
}

// asked lists the containers that the edge tried for one answer; the last gave it.
func asked(ctx context.Context, url string) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, err
	}
	return strings.Split(resp.Header.Get("X-Upstream"), ", "), nil
}
