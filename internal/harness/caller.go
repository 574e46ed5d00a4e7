package harness

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	question       = `{"model":"gpt-4o","messages":[{"role":"user","content":"test"}]}`
	streamQuestion = `{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"test"}]}`
	completions    = "/v1/chat/completions"
)

// errCut is a stream that began and was not sent to its [DONE].
var errCut = errors.New("the stream was cut")

// errClosed is a 503 that says when to come back: maintenance, and no failure.
var errClosed = errors.New("closed for maintenance")

// route is one of the ways to the platform that callers use.
type route struct {
	name, method, path, token, body string
}

func routes() []route {
	return []route{
		{name: "console", method: http.MethodGet, path: "/"},
		{name: "api", method: http.MethodGet, path: "/api/v1/policies", token: APIToken},
		{name: "gateway", method: http.MethodPost, path: completions, token: GatewayKey, body: question},
	}
}

// ask sends the request and reads the whole answer; anything but 200 is an error,
// errClosed where the edge is closed on purpose.
func (r route) ask(ctx context.Context, client *http.Client, edge string) error {
	resp, err := r.send(ctx, client, edge, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func (r route) send(ctx context.Context, client *http.Client, edge string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, edge+r.path, strings.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	for name := range header {
		req.Header.Set(name, header.Get(name))
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	// Without this Go may send the request a second time by itself.
	req.GetBody = nil
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "" {
			return nil, errors.Join(errClosed, resp.Body.Close())
		}
		tried := resp.Header.Get("X-Upstream")
		return nil, errors.Join(fmt.Errorf("status %s, tried %q", resp.Status, tried), resp.Body.Close())
	}
	return resp, nil
}

// readStream asks for a streamed completion and reads it to its end.
func readStream(ctx context.Context, client *http.Client, edge string, length time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, length+requestLimit)
	defer cancel()
	patient := &http.Client{Transport: client.Transport}
	r := route{method: http.MethodPost, path: completions, token: GatewayKey, body: streamQuestion}
	resp, err := r.send(ctx, patient, edge, http.Header{"X-Sim-Stream-Seconds": {fmt.Sprint(length.Seconds())}})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if lines.Text() == "data: [DONE]" {
			return nil
		}
	}
	return fmt.Errorf("%w: %w", errCut, cmp.Or(lines.Err(), io.ErrUnexpectedEOF))
}
