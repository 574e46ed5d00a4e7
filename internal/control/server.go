package control

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/httpserver"
)

// ServerOptions are what a Server is made of.
type ServerOptions struct {
	Service Service
	Version string
	// Reload takes a new configuration; an error leaves the old one in force.
	Reload func(ctx context.Context) (Reloaded, error)
	Log    *logrus.Entry
}

// Server answers the commands of this machine.
type Server struct {
	service Service
	version string
	reload  func(ctx context.Context) (Reloaded, error)
	log     *logrus.Entry
}

// NewServer is a server that does not listen yet.
func NewServer(o ServerOptions) *Server {
	return &Server{service: o.Service, version: o.Version, reload: o.Reload, log: o.Log}
}

// stopGrace is how long answers under way may take once the daemon stops. Streams
// end at once.
const stopGrace = 5 * time.Second

// Serve answers on the listener until ctx ends, and returns when the last request
// has ended.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second, ConnContext: withPeer}
	if err := httpserver.Run(ctx, server, listener, stopGrace); err != nil {
		return fmt.Errorf("serve the socket: %w", err)
	}
	return nil
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/hello", s.hello)
	mux.HandleFunc("POST /v1/reload", s.handleReload)
	mux.HandleFunc("POST /v1/plan", s.plan)
	mux.HandleFunc("GET /v1/environments/{env}/advice", s.advise)
	mux.HandleFunc("POST /v1/runs", s.propose)
	mux.HandleFunc("GET /v1/runs", s.history)
	mux.HandleFunc("GET /v1/runs/{run}", s.run)
	mux.HandleFunc("GET /v1/runs/{run}/events", s.events)
	mux.HandleFunc("POST /v1/runs/{run}/{decision}", s.decide)
	mux.HandleFunc("GET /v1/notices", s.told)
	mux.HandleFunc("GET /v1/notices/drafts", s.drafts)
	mux.HandleFunc("GET /v1/watch", s.watch)
	mux.HandleFunc("GET /v1/environments/{env}/status", s.status)
	mux.HandleFunc("POST /v1/environments/{env}/verify", s.verify)
	mux.HandleFunc("POST /v1/environments/{env}/unlock", s.unlock)
	mux.HandleFunc("POST /v1/environments/{env}/reopen", s.reopen)
	mux.HandleFunc("GET /v1/environments/{env}/backups", s.backups)
	mux.HandleFunc("POST /v1/environments/{env}/backups", s.backup)
	mux.HandleFunc("POST /v1/environments/{env}/backups/verify", s.verifyBackup)
	mux.HandleFunc("POST /v1/environments/{env}/backups/drill", s.drill)
	mux.HandleFunc("POST /v1/environments/{env}/backups/restore", s.restoreInto)
	mux.HandleFunc("GET /v1/environments/{env}/backups/retention", s.retention)
	mux.HandleFunc("POST /v1/environments/{env}/backups/prune", s.prune)
	mux.HandleFunc("GET /v1/environments/{env}/openings", s.openings)
	mux.HandleFunc("GET /v1/windows", s.windows)
	mux.HandleFunc("GET /v1/occurrences", s.occurrences)
	mux.HandleFunc("POST /v1/environments/{env}/windows/{window}/skip", s.skipWindow)
	mux.HandleFunc("POST /v1/environments/{env}/windows/{window}/run", s.runWindow)
	mux.HandleFunc("GET /v1/freezes", s.freezes)
	mux.HandleFunc("POST /v1/freezes", s.freeze)
	mux.HandleFunc("POST /v1/environments/{env}/freezes/{freeze}/lift", s.unfreeze)
	return mux
}

func (s *Server) hello(w http.ResponseWriter, _ *http.Request) {
	hello := Hello{Protocol: Protocol, Version: s.version, PID: os.Getpid(), Environments: s.service.Environments(), Zones: map[string]string{}}
	for _, environment := range hello.Environments {
		hello.Zones[environment] = s.service.Zone(environment)
	}
	reply(w, hello, nil)
}

func (s *Server) handleReload(w http.ResponseWriter, r *http.Request) {
	actor, err := actorOf(r.Context())
	if err != nil {
		reply(w, Reloaded{}, err)
		return
	}
	s.log.WithField("by", actor.ID).Info("asked to reload the configuration")
	reloaded, err := s.reload(r.Context())
	reply(w, reloaded, err)
}
