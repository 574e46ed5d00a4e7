package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/keeptrusts/ktops/notify"
)

// Notices is what commands ask of who tells people of windows; see Telling.
type Notices interface {
	// Told lists what became of the newest notices, newest first. An empty environment
	// means all of them.
	Told(ctx context.Context, environment string, limit int) ([]notify.Told, error)
	// Drafts shows notices from sample data; see notify.Outbox.
	Drafts(ctx context.Context, kind notify.Kind, channel string) ([]notify.Draft, error)
}

// Telling answers for the notices of a process.
func Telling(outbox *notify.Outbox) Notices { return telling{outbox} }

type telling struct{ outbox *notify.Outbox }

func (t telling) Told(ctx context.Context, environment string, limit int) ([]notify.Told, error) {
	return t.outbox.History(ctx, environment, limit)
}

func (t telling) Drafts(ctx context.Context, kind notify.Kind, channel string) ([]notify.Draft, error) {
	return t.outbox.Drafts(ctx, kind, channel)
}

// Told implements Notices.
func (c *Client) Told(ctx context.Context, environment string, limit int) ([]notify.Told, error) {
	query := url.Values{"environment": {environment}, "limit": {strconv.Itoa(limit)}}
	return get[[]notify.Told](ctx, c, "/v1/notices?"+query.Encode())
}

// Drafts implements Notices.
func (c *Client) Drafts(ctx context.Context, kind notify.Kind, channel string) ([]notify.Draft, error) {
	query := url.Values{"kind": {string(kind)}, "channel": {channel}}
	return get[[]notify.Draft](ctx, c, "/v1/notices/drafts?"+query.Encode())
}

func (s *Server) told(w http.ResponseWriter, r *http.Request) {
	limit, err := number(r, "limit")
	if err != nil {
		reply[[]notify.Told](w, nil, err)
		return
	}
	told, err := s.service.Told(r.Context(), r.FormValue("environment"), limit)
	reply(w, told, err)
}

func (s *Server) drafts(w http.ResponseWriter, r *http.Request) {
	drafts, err := s.service.Drafts(r.Context(), notify.Kind(r.FormValue("kind")), r.FormValue("channel"))
	reply(w, drafts, err)
}
