package service

import (
	"net/http"
)

// Health is the answer of GET /health, in the shape that the guide reads with jq.
type Health struct {
	Status      string `json:"status"`
	Version     string `json:"version"`
	Connections int64  `json:"connections"`
}

func (s *Service) health(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, Health{Status: "ok", Version: s.Version, Connections: s.connections.Load()})
}

func (s *Service) alive(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Service) ready(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		WriteError(w, http.StatusServiceUnavailable, "stopping", "the service is stopping")
		return
	}
	if err := s.Ready(r.Context()); err != nil {
		WriteError(w, http.StatusServiceUnavailable, "not_ready", err.Error())
		return
	}
	WriteJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
