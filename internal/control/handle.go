package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/keeptrusts/ktops/ops"
)

// maxBody is more than any request has.
const maxBody = 1 << 20

func (s *Server) plan(w http.ResponseWriter, r *http.Request) {
	req, err := requestOf(w, r)
	if err != nil {
		reply(w, ops.Plan{}, err)
		return
	}
	plan, err := s.service.Plan(r.Context(), req)
	reply(w, plan, err)
}

func (s *Server) advise(w http.ResponseWriter, r *http.Request) {
	advice, err := s.service.Advise(r.Context(), r.PathValue("env"), r.FormValue("run"))
	reply(w, advice, err)
}

func (s *Server) propose(w http.ResponseWriter, r *http.Request) {
	req, err := requestOf(w, r)
	if err != nil {
		reply(w, ops.Run{}, err)
		return
	}
	run, err := s.service.Propose(r.Context(), req)
	reply(w, run, err)
}

// requestOf reads a request and puts in who really asks.
func requestOf(w http.ResponseWriter, r *http.Request) (ops.Request, error) {
	req, err := bodyOf[ops.Request](w, r)
	if err != nil {
		return req, err
	}
	req.Channel = ""
	req.By, err = actorOf(r.Context())
	return req, err
}

func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	body, err := bodyOf[decision](w, r)
	if err != nil {
		reply(w, ops.Run{}, err)
		return
	}
	by, err := actorOf(r.Context())
	if err != nil {
		reply(w, ops.Run{}, err)
		return
	}
	var run ops.Run
	id := r.PathValue("run")
	switch r.PathValue("decision") {
	case "approve":
		run, err = s.service.Approve(r.Context(), id, ops.Approval{By: by, BreakGlass: body.BreakGlass, Reason: body.Reason, Opening: body.Opening})
	case "reject":
		run, err = s.service.Reject(r.Context(), id, by, body.Reason)
	case "hold":
		run, err = s.service.Hold(r.Context(), id, by, body.Reason)
	case "abort":
		run, err = s.service.Abort(r.Context(), id, by, body.Reason)
	case "resume":
		run, err = s.service.Resume(r.Context(), id, by)
	default:
		err = fmt.Errorf("this daemon does not know the decision %q; restart it after an update", r.PathValue("decision"))
	}
	reply(w, run, err)
}

func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	limit, err := number(r, "limit")
	if err != nil {
		reply[[]ops.Run](w, nil, err)
		return
	}
	runs, err := s.service.History(r.Context(), r.FormValue("environment"), limit)
	reply(w, runs, err)
}

func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	run, err := s.service.Run(r.Context(), r.PathValue("run"))
	reply(w, run, err)
}

func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	after, err := number(r, "after")
	if err != nil {
		reply[[]ops.Event](w, nil, err)
		return
	}
	events, err := s.service.Events(r.Context(), r.PathValue("run"), after)
	reply(w, events, err)
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	status, err := s.service.Status(r.Context(), r.PathValue("env"))
	reply(w, status, err)
}

func (s *Server) verify(w http.ResponseWriter, r *http.Request) {
	report, err := s.service.Verify(r.Context(), r.PathValue("env"))
	reply(w, report, err)
}

func (s *Server) retention(w http.ResponseWriter, r *http.Request) {
	kept, err := s.service.Retention(r.Context(), r.PathValue("env"))
	reply(w, kept, err)
}

func (s *Server) prune(w http.ResponseWriter, r *http.Request) {
	decided(w, r, func(ctx context.Context, by ops.Actor, _ string) (ops.Retention, error) {
		return s.service.Prune(ctx, r.PathValue("env"), by)
	})
}

func (s *Server) unlock(w http.ResponseWriter, r *http.Request) {
	decided(w, r, func(ctx context.Context, by ops.Actor, reason string) (ops.Lease, error) {
		return s.service.Unlock(ctx, r.PathValue("env"), by, reason)
	})
}

func (s *Server) reopen(w http.ResponseWriter, r *http.Request) {
	decided(w, r, func(ctx context.Context, by ops.Actor, reason string) (ops.Run, error) {
		return s.service.Reopen(ctx, r.PathValue("env"), by, reason)
	})
}

// decided answers with what a decision has made, which is of whoever calls.
func decided[T any](w http.ResponseWriter, r *http.Request, decide func(ctx context.Context, by ops.Actor, reason string) (T, error)) {
	var result T
	body, err := bodyOf[decision](w, r)
	if err != nil {
		reply(w, result, err)
		return
	}
	by, err := actorOf(r.Context())
	if err != nil {
		reply(w, result, err)
		return
	}
	result, err = decide(r.Context(), by, body.Reason)
	reply(w, result, err)
}

func (s *Server) backups(w http.ResponseWriter, r *http.Request) {
	backups, err := s.service.Backups(r.Context(), r.PathValue("env"))
	reply(w, backups, err)
}

func bodyOf[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var body T
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&body); err != nil {
		return body, fmt.Errorf("read the request: %w", err)
	}
	return body, nil
}

func number(r *http.Request, name string) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	return n, nil
}

// reply writes the answer. A caller who has gone has nobody to report to.
func reply[T any](w http.ResponseWriter, result T, err error) {
	fail := toWire(err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(fail.status())
	_ = json.NewEncoder(w).Encode(answer[T]{Result: result, Error: fail})
}
