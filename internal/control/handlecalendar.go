package control

import (
	"context"
	"net/http"

	"github.com/keeptrusts/ktops/ops"
)

func (s *Server) openings(w http.ResponseWriter, r *http.Request) {
	n, err := number(r, "n")
	if err != nil {
		reply[[]ops.Opening](w, nil, err)
		return
	}
	openings, err := s.service.Openings(r.Context(), r.PathValue("env"), n)
	reply(w, openings, err)
}

func (s *Server) windows(w http.ResponseWriter, r *http.Request) {
	windows, err := s.service.Windows(r.Context(), r.FormValue("environment"))
	reply(w, windows, err)
}

func (s *Server) occurrences(w http.ResponseWriter, r *http.Request) {
	limit, err := number(r, "limit")
	if err != nil {
		reply[[]ops.Occurrence](w, nil, err)
		return
	}
	occurrences, err := s.service.Occurrences(r.Context(), r.FormValue("environment"), limit)
	reply(w, occurrences, err)
}

func (s *Server) skipWindow(w http.ResponseWriter, r *http.Request) {
	decided(w, r, func(ctx context.Context, by ops.Actor, reason string) (ops.Occurrence, error) {
		return s.service.SkipWindow(ctx, r.PathValue("env"), r.PathValue("window"), by, reason)
	})
}

func (s *Server) runWindow(w http.ResponseWriter, r *http.Request) {
	decided(w, r, func(ctx context.Context, by ops.Actor, reason string) (ops.Occurrence, error) {
		return s.service.RunWindow(ctx, r.PathValue("env"), r.PathValue("window"), by, reason)
	})
}

func (s *Server) freezes(w http.ResponseWriter, r *http.Request) {
	freezes, err := s.service.Freezes(r.Context(), r.FormValue("environment"))
	reply(w, freezes, err)
}

func (s *Server) freeze(w http.ResponseWriter, r *http.Request) {
	f, err := bodyOf[ops.Freeze](w, r)
	if err == nil {
		f.By, err = actorOf(r.Context())
	}
	if err == nil {
		f, err = s.service.Freeze(r.Context(), f)
	}
	reply(w, f, err)
}

func (s *Server) unfreeze(w http.ResponseWriter, r *http.Request) {
	decided(w, r, func(ctx context.Context, by ops.Actor, _ string) (ops.Freeze, error) {
		return s.service.Unfreeze(ctx, r.PathValue("env"), r.PathValue("freeze"), by)
	})
}
