package slackemu

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed static
var static embed.FS

// contentPolicy keeps the page to its own files: whatever an app writes stays text.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (ws *Workspace) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", ws.serveAPI)
	mux.HandleFunc("GET /link/", ws.serveSocket)
	mux.HandleFunc("POST /commands/{team}/{id}", ws.serveResponse)
	mux.HandleFunc("GET /archives/{channel}/{message}", ws.servePermalink)
	mux.HandleFunc("GET /page/state", ws.serveState)
	mux.HandleFunc("GET /page/events", ws.serveEvents)
	mux.HandleFunc("POST /page/type", act(ws.pageType))
	mux.HandleFunc("POST /page/click", act(ws.pageClick))
	mux.HandleFunc("POST /page/submit", act(ws.pageSubmit))
	mux.HandleFunc("POST /page/close", act(ws.pageClose))
	if files, err := fs.Sub(static, "static"); err == nil { // the folder is embedded: it is there
		mux.Handle("/", guarded(http.FileServerFS(files)))
	}
	return mux
}

func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", contentPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// pageAction is what the page sends when a person does something.
type pageAction struct {
	User    string              `json:"user"`
	Channel string              `json:"channel"`
	Text    string              `json:"text"`
	TS      string              `json:"ts"`
	ViewID  string              `json:"view_id"`
	Element string              `json:"element"`
	Chosen  []string            `json:"chosen"`
	Values  map[string][]string `json:"values"`
}

// act wraps an action of the page. Only JSON is taken: a form of another site cannot send it.
func act(do func(context.Context, pageAction) (Ack, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var a pageAction
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			writeJSON(w, http.StatusUnsupportedMediaType, answer{"error": "send application/json"})
			return
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBody)).Decode(&a); err != nil {
			writeJSON(w, http.StatusBadRequest, answer{"error": "read the action: " + err.Error()})
			return
		}
		// Slack delivers also when the person closes the window.
		ack, err := do(context.WithoutCancel(r.Context()), a)
		if err != nil {
			writeJSON(w, http.StatusBadRequest, answer{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, answer{
			"failure": ack.Failure, "errors": ack.Errors, "transport": ack.Transport,
			"milliseconds": float64(ack.Latency.Microseconds()) / 1000,
		})
	}
}

func (ws *Workspace) pageType(ctx context.Context, a pageAction) (Ack, error) {
	return ws.Type(ctx, a.User, a.Channel, a.Text)
}

func (ws *Workspace) pageClick(ctx context.Context, a pageAction) (Ack, error) {
	if a.ViewID != "" {
		v, err := ws.viewOf(a.ViewID)
		if err != nil {
			return Ack{}, err
		}
		return ws.ClickIn(ctx, a.User, v, a.Element, Choose(a.Chosen...))
	}
	m, ok := ws.Message(Message{Channel: a.Channel, TS: a.TS})
	if !ok {
		return Ack{}, fmt.Errorf("the message is gone")
	}
	return ws.Click(ctx, a.User, m, a.Element, Choose(a.Chosen...))
}

func (ws *Workspace) pageSubmit(ctx context.Context, a pageAction) (Ack, error) {
	v, err := ws.viewOf(a.ViewID)
	if err != nil {
		return Ack{}, err
	}
	ack, err := ws.Submit(ctx, a.User, v, a.Values)
	var incomplete *IncompleteError
	if errors.As(err, &incomplete) {
		return Ack{Errors: incomplete.Fields}, nil // said at the inputs, as the app's own errors are
	}
	return ack, err
}

func (ws *Workspace) pageClose(ctx context.Context, a pageAction) (Ack, error) {
	v, err := ws.viewOf(a.ViewID)
	if err != nil {
		return Ack{}, err
	}
	return ws.CloseModal(ctx, a.User, v)
}

func (ws *Workspace) viewOf(id string) (View, error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v := ws.views[id]
	if v == nil {
		return View{}, fmt.Errorf("the view is gone")
	}
	return *v, nil
}

// servePermalink leads from what chat.getPermalink answered to the message on the page.
func (ws *Workspace) servePermalink(w http.ResponseWriter, r *http.Request) {
	digits := strings.TrimPrefix(r.PathValue("message"), "p")
	if len(digits) < 7 {
		http.NotFound(w, r)
		return
	}
	ts := digits[:len(digits)-6] + "." + digits[len(digits)-6:]
	http.Redirect(w, r, "/#"+r.PathValue("channel")+"/"+ts, http.StatusFound)
}
