package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

const defaultEvents = 20

func routes(s *service.Service, db *store, token string) {
	handle := func(pattern string, answer func(*http.Request) (int, any, error)) {
		s.Routes.HandleFunc(pattern, service.Authorized(token, func(w http.ResponseWriter, r *http.Request) {
			status, value, err := answer(r)
			if err != nil {
				s.Log.WithError(err).WithField("route", pattern).Warn("request failed")
				service.WriteError(w, status, http.StatusText(status), err.Error())
				return
			}
			service.WriteJSON(w, status, value)
		}))
	}
	handle("GET /v1/policies", db.getPolicies)
	handle("GET /v1/events", db.getEvents)
	handle("POST /v1/events", db.postEvent)
	handle("GET /v1/exports", db.getExports)
}

// list is the answer of every route that lists.
type list struct {
	Items any   `json:"items,omitempty"`
	Total int64 `json:"total"`
}

func (s *store) getPolicies(r *http.Request) (int, any, error) {
	found, err := s.policies(r.Context())
	if err != nil {
		return http.StatusInternalServerError, nil, err
	}
	return http.StatusOK, list{Items: found, Total: int64(len(found))}, nil
}

func (s *store) getEvents(r *http.Request) (int, any, error) {
	limit, err := strconv.Atoi(r.FormValue("limit"))
	if err != nil || limit < 1 {
		limit = defaultEvents
	}
	found, err := s.events(r.Context(), limit)
	if err != nil {
		return http.StatusInternalServerError, nil, err
	}
	return http.StatusOK, list{Items: found, Total: int64(len(found))}, nil
}

func (s *store) postEvent(r *http.Request) (int, any, error) {
	var e Event
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return http.StatusBadRequest, nil, err
	}
	if len(e.Payload) == 0 {
		e.Payload = json.RawMessage(`{}`)
	}
	added, err := s.addEvent(r.Context(), e)
	if err != nil {
		return http.StatusInternalServerError, nil, err
	}
	return http.StatusCreated, added, nil
}

func (s *store) getExports(r *http.Request) (int, any, error) {
	total, err := s.countExports(r.Context(), r.FormValue("status"))
	if err != nil {
		return http.StatusInternalServerError, nil, err
	}
	return http.StatusOK, list{Total: total}, nil
}
