// Command server stands in for a service of Keeptrusts in the tests of package
// compose. By its environment it is well, unhealthy, crashing or slow, or sends
// load to another service and counts what becomes of it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

const address = ":8080"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "check" {
		check()
		return
	}
	mode := os.Getenv("MODE")
	if mode == "crash" {
		log.Fatalf("cannot reach postgres://keeptrusts:%s@db/keeptrusts", os.Getenv("DB_PASSWORD"))
	}
	if mode == "slow" {
		<-time.After(3 * time.Second)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	mux := http.NewServeMux()
	var streams atomic.Int64
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		if mode == "unhealthy" {
			http.Error(w, "no database", http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "ok", "version": os.Getenv("VERSION"), "connections": streams.Load()})
	})
	mux.HandleFunc("/v1/exports", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer kt_api_test":
			http.Error(w, "who are you", http.StatusUnauthorized)
		case mode == "mismatch":
			http.Error(w, "no such column", http.StatusInternalServerError)
		default:
			fmt.Fprintln(w, `{"total":0}`)
		}
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		streams.Add(1)
		defer streams.Add(-1)
		stream(w, r)
	})
	load := &load{target: os.Getenv("TARGET")}
	mux.HandleFunc("/counts", load.answer)
	if load.target != "" {
		go load.run(ctx)
	}
	serve(ctx, mux)
}

// serve ends as a good service does: no new requests, but the old ones to their end.
func serve(ctx context.Context, handler http.Handler) {
	server := &http.Server{Addr: address, Handler: handler}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		log.Fatal(err)
	case <-ctx.Done():
	}
	if err := server.Shutdown(context.Background()); err != nil && !errors.Is(err, http.ErrServerClosed) {
		log.Print(err)
	}
}

// stream writes a word every tenth of a second for some seconds, then done.
func stream(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range 40 {
		select {
		case <-tick.C:
			fmt.Fprintln(w, "word")
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
	fmt.Fprintln(w, "done")
}

func check() {
	response, err := http.Get("http://127.0.0.1" + address + "/health")
	if err != nil {
		log.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
}
