package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	// pending is how many events wait for the API server before more are dropped.
	pending       = 256
	reportTimeout = time.Second
)

// reporter sends events to the API server, when it is there, behind the answers.
type reporter struct {
	config Config
	client *http.Client
	log    *logrus.Entry
	queue  chan []byte
	done   sync.WaitGroup
}

// newReporter starts the worker that close ends; ctx lends it its values only.
func newReporter(ctx context.Context, config Config, log *logrus.Entry) *reporter {
	r := &reporter{
		config: config, log: log, queue: make(chan []byte, pending),
		client: &http.Client{Timeout: reportTimeout},
	}
	if config.APIURL != "" {
		r.done.Go(func() { r.work(context.WithoutCancel(ctx)) })
	}
	return r
}

// report never waits: an audit event is worth less than the answer it is about.
func (r *reporter) report(kind, model string) {
	if r.config.APIURL == "" {
		return
	}
	event, err := json.Marshal(map[string]any{
		"kind": kind, "gateway": r.config.Name, "payload": map[string]string{"model": model},
	})
	if err != nil {
		return
	}
	select {
	case r.queue <- event:
	default:
		r.log.Debug("event dropped: the API server does not keep up")
	}
}

// close sends what is waiting, and returns when that is done. No request may be
// under way any more.
func (r *reporter) close() {
	close(r.queue)
	r.done.Wait()
	r.client.CloseIdleConnections()
}

func (r *reporter) work(ctx context.Context) {
	for event := range r.queue {
		if err := r.send(ctx, event); err != nil {
			r.log.WithError(err).Debug("event lost")
		}
	}
}

func (r *reporter) send(ctx context.Context, event []byte) error {
	ctx, cancel := context.WithTimeout(ctx, reportTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.config.APIURL+"/v1/events", bytes.NewReader(event))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+r.config.APIToken)
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
