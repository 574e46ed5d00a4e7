package controltest

import (
	"context"

	"github.com/keeptrusts/ktops/notify"
)

// Told is ToldOf, of the environment.
func (f *Fake) Told(_ context.Context, environment string, limit int) ([]notify.Told, error) {
	var told []notify.Told
	for _, t := range f.ToldOf {
		if (environment == "" || t.Environment == environment) && len(told) < limit {
			told = append(told, t)
		}
	}
	return told, f.call("Told", "%s %d", environment, limit)
}

// Drafts is DraftsOf, of the kind.
func (f *Fake) Drafts(_ context.Context, kind notify.Kind, channel string) ([]notify.Draft, error) {
	var drafts []notify.Draft
	for _, d := range f.DraftsOf {
		if kind == "" || d.Kind == kind {
			drafts = append(drafts, d)
		}
	}
	return drafts, f.call("Drafts", "%s %s", kind, channel)
}
