package daemon

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/internal/httpserver"
)

// webGrace is how long requests under way may take once the daemon stops.
const webGrace = 3 * time.Second

// serveWeb answers health, readiness, metrics and the status page, and Slack where it
// sends its deliveries over HTTP.
func (d *Daemon) serveWeb(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n") // who asked may have gone
	})
	mux.HandleFunc("GET /readyz", d.ready)
	mux.Handle("GET /metrics", d.metrics.handler())
	mux.Handle("GET /status", d.notices.Status)
	mux.Handle("GET /status.json", d.notices.Status)
	if d.bot != nil && d.current.Slack.Mode == "http" {
		mux.Handle("POST /slack/", d.bot.Handler())
	}
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	if err := httpserver.Run(ctx, server, listener, webGrace); err != nil {
		return fmt.Errorf("serve health and metrics: %w", err)
	}
	return nil
}

// readyTimeout is shorter than what asks for readiness waits.
const readyTimeout = 2 * time.Second

// ready says whether ktops could do its work now, and if not why.
func (d *Daemon) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	var lines []string
	status := http.StatusOK
	tell := func(what string, err error) {
		if err != nil {
			status = http.StatusServiceUnavailable
			lines = append(lines, what+": "+err.Error())
			return
		}
		lines = append(lines, what+": ok")
	}
	tell("journal", d.writable(ctx))
	if d.bot != nil {
		tell("slack", d.bot.Connected())
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.Join(lines, "\n")+"\n") // who asked may have gone
}

// writable takes the journal's write lock and gives it back.
func (d *Daemon) writable(ctx context.Context) error {
	tx, err := d.journal.DB().BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("cannot be written: %w", err)
	}
	if err := tx.Rollback(); err != nil {
		return fmt.Errorf("cannot be written: %w", err)
	}
	return nil
}
