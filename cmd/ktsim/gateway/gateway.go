// Package gateway stands in for a Keeptrusts gateway: OpenAI-compatible chat
// completions on port 41002, whole or streamed. It is stateless: no answer depends
// on the API server, which gets an event for each, when it is there to take it.
package gateway

import (
	"context"
	"net/http"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

const (
	// DefaultStream is how long a stream lasts that asks for nothing else.
	DefaultStream = 2 * time.Second
	// chunkEvery is the pace of a stream.
	chunkEvery = 100 * time.Millisecond
	// StreamHeader asks for a stream of so many seconds.
	StreamHeader = "X-Sim-Stream-Seconds"
)

// Config is what a gateway reads from its environment.
type Config struct {
	Key      string // KT_GATEWAY_KEY, the bearer key of its callers
	Name     string // HOSTNAME
	APIURL   string // KT_API_URL; empty: no events
	APIToken string // API_TOKEN
}

// Run serves until ctx ends.
func Run(ctx context.Context, runtime service.Runtime, config Config) error {
	if err := runtime.Boot(ctx); err != nil {
		return err
	}
	events := newReporter(ctx, config, runtime.Log)
	defer events.close()
	s := service.New(runtime)
	s.Routes.HandleFunc("POST /v1/chat/completions", service.Authorized(config.Key, func(w http.ResponseWriter, r *http.Request) {
		complete(w, r, events)
	}))
	return s.Serve(ctx, ":41002")
}
