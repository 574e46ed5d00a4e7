// Package console stands in for the Keeptrusts console: a page on port 3000 that
// shows its own version and asks the API for its one.
package console

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

//go:embed page.html
var page string

// Run serves the console until ctx ends.
func Run(ctx context.Context, runtime service.Runtime) error {
	if err := runtime.Boot(ctx); err != nil {
		return err
	}
	shown, err := template.New("page").Parse(page)
	if err != nil {
		return fmt.Errorf("parse the page: %w", err)
	}
	s := service.New(runtime)
	s.Routes.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := shown.Execute(w, runtime); err != nil {
			runtime.Log.WithError(err).Debug("the reader of the page went away")
		}
	})
	return s.Serve(ctx, ":3000")
}
