// Package service is what the API, the console and the gateway have in common:
// health routes, metrics, faults, errors as JSON, and a stop as graceful as that of
// hyper and axum: no new connections, every answer and stream finished, then exit.
package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
)

// ErrCrash is the end of a service that KT_FAULT_CRASH ends without grace.
var ErrCrash = errors.New("crashed by KT_FAULT_CRASH")

// Runtime is what main hands to every service.
type Runtime struct {
	Version string
	Faults  fault.Faults
	// Addr overrides the address that the service listens on by itself.
	Addr string
	Log  *logrus.Entry
	// Listening, when set, is told the address once connections are accepted.
	Listening func(net.Addr)
}

// Service is one of the three with its routes.
type Service struct {
	Runtime
	Routes *http.ServeMux
	// Ready says why the service cannot answer; nil means it can.
	Ready func(context.Context) error

	connections atomic.Int64
	stopping    atomic.Bool
}

// New makes a service with the health routes that all three have.
func New(runtime Runtime) *Service {
	s := &Service{Runtime: runtime, Routes: http.NewServeMux()}
	s.Ready = func(context.Context) error { return nil }
	s.Routes.HandleFunc("GET /health", s.health)
	s.Routes.HandleFunc("GET /healthz", s.alive)
	s.Routes.HandleFunc("GET /readyz", s.ready)
	s.Routes.HandleFunc("GET /health/ready", s.ready)
	return s
}

// Boot goes through the faults of a start.
func (r Runtime) Boot(ctx context.Context) error {
	if r.Faults.CrashAtBoot {
		return ErrCrash
	}
	if r.Faults.SlowBoot == 0 {
		return nil
	}
	select {
	case <-time.After(r.Faults.SlowBoot):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Serve answers on addr until ctx ends, and then until the last answer is complete.
func (s *Service) Serve(ctx context.Context, addr string) error {
	if s.Addr != "" {
		addr = s.Addr
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{
		Handler:           s.measured(s.Faults.Handler(s.Routes, refuse)),
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         s.count,
	}
	s.Log.WithField("address", listener.Addr()).Info("listening")
	if s.Listening != nil {
		s.Listening(listener.Addr())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-s.crash():
		return errors.Join(ErrCrash, server.Close())
	case <-ctx.Done():
	}
	return s.stop(ctx, server)
}

// stop has no limit of its own: the grace period of whoever sent SIGTERM is the limit.
func (s *Service) stop(ctx context.Context, server *http.Server) error {
	s.stopping.Store(true)
	s.Log.WithField("connections", s.connections.Load()).Info("stopping: finishing answers and streams")
	if err := server.Shutdown(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	s.Log.Info("stopped")
	return nil
}

// crash fires when the service shall crash; a nil channel never does.
func (s *Service) crash() <-chan time.Time {
	if s.Faults.CrashAfter == 0 {
		return nil
	}
	return time.After(s.Faults.CrashAfter)
}

func (s *Service) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.connections.Add(-1)
	}
}
