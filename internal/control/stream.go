package control

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/keeptrusts/ktops/ops"
)

// stream writes JSON lines, each sent at once. It may be used from any goroutine.
type stream struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	encoder *json.Encoder
}

func newStream(w http.ResponseWriter) *stream {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	return &stream{w: w, encoder: json.NewEncoder(w)}
}

func (s *stream) send(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.encoder.Encode(v); err != nil {
		return err
	}
	return http.NewResponseController(s.w).Flush()
}

// watch sends every update until the caller goes or the daemon stops. The empty
// first line tells the caller that nothing from now on is missed.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	updates := s.service.Watch(ctx, r.FormValue("run"))
	out := newStream(w)
	if out.send(line[ops.Update]{}) != nil {
		cancel()
	}
	for update := range updates {
		if out.send(line[ops.Update]{Result: &update}) != nil {
			cancel() // the caller has gone; the channel closes
		}
	}
}

func (s *Server) backup(w http.ResponseWriter, r *http.Request) {
	by, err := actorOf(r.Context())
	if err != nil {
		reply(w, ops.Backup{}, err)
		return
	}
	withProgress(w, r, func(ctx context.Context, report func(ops.Progress)) (ops.Backup, error) {
		return s.service.Backup(ctx, r.PathValue("env"), by, report)
	})
}

func (s *Server) verifyBackup(w http.ResponseWriter, r *http.Request) {
	body, err := bodyOf[backupFile](w, r)
	if err != nil {
		reply(w, ops.Backup{}, err)
		return
	}
	withProgress(w, r, func(ctx context.Context, report func(ops.Progress)) (ops.Backup, error) {
		return s.service.VerifyBackup(ctx, r.PathValue("env"), body.File, report)
	})
}

func (s *Server) drill(w http.ResponseWriter, r *http.Request) {
	body, err := bodyOf[backupFile](w, r)
	if err != nil {
		reply(w, ops.Drill{}, err)
		return
	}
	by, err := actorOf(r.Context())
	if err != nil {
		reply(w, ops.Drill{}, err)
		return
	}
	withProgress(w, r, func(ctx context.Context, report func(ops.Progress)) (ops.Drill, error) {
		return s.service.Drill(ctx, r.PathValue("env"), body.File, by, report)
	})
}

func (s *Server) restoreInto(w http.ResponseWriter, r *http.Request) {
	body, err := bodyOf[backupFile](w, r)
	if err != nil {
		reply(w, ops.Restored{}, err)
		return
	}
	by, err := actorOf(r.Context())
	if err != nil {
		reply(w, ops.Restored{}, err)
		return
	}
	withProgress(w, r, func(ctx context.Context, report func(ops.Progress)) (ops.Restored, error) {
		return s.service.RestoreInto(ctx, r.PathValue("env"), body.File, body.Into, by, report)
	})
}

// withProgress streams the progress of a work and at last its result. A caller
// who goes ends the request's context, and with it the work.
func withProgress[T any](w http.ResponseWriter, r *http.Request, work func(context.Context, func(ops.Progress)) (T, error)) {
	out := newStream(w)
	progress := NewThrottle(func(p ops.Progress) { _ = out.send(line[T]{Progress: &p}) })
	result, err := work(r.Context(), progress.Report)
	progress.Flush()
	last := line[T]{Error: toWire(err)}
	if err == nil {
		last.Result = &result
	}
	_ = out.send(last) // a caller who has gone has nobody to report to
}
