package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// load asks a service all the time, as an edge would: each request resolves the
// name anew, and a GET that got no answer is given to the next address once.
type load struct {
	target string

	mu     sync.Mutex
	counts counts
}

type counts struct {
	Requests, Failed    int
	Streams, StreamsCut int
	Versions            map[string]int
	Errors              []string
}

func (l *load) answer(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = json.NewEncoder(w).Encode(l.counts)
}

func (l *load) run(ctx context.Context) {
	l.counts.Versions = map[string]int{}
	for range 4 {
		go l.repeat(ctx, 10*time.Millisecond, l.request)
	}
	for range 3 {
		go l.repeat(ctx, 100*time.Millisecond, l.stream)
	}
	<-ctx.Done()
}

func (l *load) repeat(ctx context.Context, pause time.Duration, do func(context.Context)) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			do(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (l *load) request(ctx context.Context) {
	body, err := l.get(ctx, "/health")
	if err != nil {
		body, err = l.get(ctx, "/health")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Requests++
	if err != nil {
		l.counts.Failed++
		l.note(err)
		return
	}
	var health struct{ Version string }
	if json.Unmarshal([]byte(body), &health) == nil {
		l.counts.Versions[health.Version]++
	}
}

func (l *load) stream(ctx context.Context) {
	body, err := l.get(ctx, "/stream")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Streams++
	if err != nil && body == "" { // not accepted: an edge would have passed it on
		l.counts.Streams--
		return
	}
	if !strings.HasSuffix(body, "done\n") {
		l.counts.StreamsCut++
		l.note(err)
	}
}

func (l *load) note(err error) {
	if err != nil && len(l.counts.Errors) < 10 {
		l.counts.Errors = append(l.counts.Errors, err.Error())
	}
}

func (l *load) get(ctx context.Context, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.target+path, nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		return "", &statusError{response.Status}
	}
	return string(body), err
}

type statusError struct{ status string }

func (e *statusError) Error() string { return e.status }
