package slackemu

import (
	"net/http"
	"slices"
	"time"
)

// FaultKind is a way in which Slack fails.
type FaultKind int

const (
	// RateLimited answers 429 with Retry-After.
	RateLimited FaultKind = iota + 1
	// ServerError answers 500 with a page instead of JSON, and changes nothing.
	ServerError
	// Hang takes the request and never answers; it ends when the caller gives up.
	Hang
	// DropBefore cuts the connection without doing anything.
	DropBefore
	// DropAfter does what was asked and then cuts the connection: the caller cannot know.
	DropAfter
	// ErrorAfter does what was asked and then answers 500.
	ErrorAfter
)

// Fault is what Fail switches on. Without Calls and For it lasts until restored.
type Fault struct {
	Kind       FaultKind
	Method     string        // such as chat.update; empty for every method
	Calls      int           // for so many calls
	For        time.Duration // for so long
	RetryAfter time.Duration // of RateLimited; default 1 s
}

type activeFault struct {
	Fault
	until time.Time
	left  int
}

// Fail makes the Web API fail as described, and returns the end of it.
func (ws *Workspace) Fail(f Fault) (restore func()) {
	active := &activeFault{Fault: f, left: f.Calls}
	if f.For > 0 {
		active.until = time.Now().Add(f.For)
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.faults = append(ws.faults, active)
	return func() {
		ws.mu.Lock()
		defer ws.mu.Unlock()
		ws.faults = slices.DeleteFunc(ws.faults, func(a *activeFault) bool { return a == active })
	}
}

// fault returns what goes wrong with a call of the method, and counts it.
func (ws *Workspace) fault(method string) (Fault, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, a := range ws.faults {
		over := (!a.until.IsZero() && time.Now().After(a.until)) || (a.Calls > 0 && a.left == 0)
		if over || (a.Method != "" && a.Method != method) {
			continue
		}
		a.left--
		return a.Fault, true
	}
	return Fault{}, false
}

// before does the part of a fault that comes before the change, and tells whether that was all.
func (ws *Workspace) before(f Fault, w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case RateLimited:
		writeRateLimited(w, max(f.RetryAfter, time.Second))
	case ServerError:
		serverError(w)
	case Hang:
		select {
		case <-r.Context().Done():
		case <-ws.closed:
		}
		cut(w)
	case DropBefore:
		cut(w)
	default:
		return false
	}
	return true
}

func serverError(w http.ResponseWriter) {
	http.Error(w, "<html><body>Server Error</body></html>", http.StatusInternalServerError)
}

// cut ends the connection without an answer, or with a 500 where it cannot be cut.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		serverError(w)
		return
	}
	_ = conn.Close()
}
