// Package httpserver runs the daemon's HTTP servers, the local socket and the web
// address: both serve until a context ends, and let what is under way finish for
// a while.
package httpserver

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Run serves on the listener until ctx ends, and returns when the last request has
// ended. Requests inherit ctx, so streams end at once; others may take the grace.
func Run(ctx context.Context, server *http.Server, listener net.Listener, grace time.Duration) error {
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(stopping)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	if ended := <-failed; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
