package notify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

func TestDrafts_AreWhatAChannelIsTold(t *testing.T) {
	routes := []notify.Route{{Name: "status room", Audience: notify.Users}, {Name: "on-call", Audience: notify.Operators}}
	inBubble(t, routes, func(t *testing.T, w *world) {
		drafts := func(kind notify.Kind, channel string) []notify.Kind {
			t.Helper()
			list, err := w.outbox.Drafts(t.Context(), kind, channel)
			if err != nil {
				t.Fatal(err)
			}
			var kinds []notify.Kind
			for _, d := range list {
				kinds = append(kinds, d.Kind)
				if d.Subject == "" || d.Text == "" || !strings.Contains(d.HTML, "<html") || d.Channel != channel {
					t.Errorf("%+v", d)
				}
			}
			return kinds
		}
		if got := drafts("", ""); !slices.Equal(got, notify.Kinds()) {
			t.Errorf("operators are told of %v", got)
		}
		if got := drafts("", "status room"); len(got) != 6 || slices.Contains(got, notify.Held) {
			t.Errorf("users are told of %v", got)
		}
		if got := drafts(notify.Held, "on-call"); !slices.Equal(got, []notify.Kind{notify.Held}) {
			t.Errorf("asked for held, got %v", got)
		}
		for _, wrong := range []struct {
			kind    notify.Kind
			channel string
			try     string
		}{{"opend", "", "opened"}, {notify.Held, "status room", "opened"}, {"", "lobby", "on-call"}} {
			_, err := w.outbox.Drafts(t.Context(), wrong.kind, wrong.channel)
			var refusal *ops.Refusal
			if !errors.As(err, &refusal) || !slices.Contains(refusal.Try, wrong.try) {
				t.Errorf("%q in %q: %v", wrong.kind, wrong.channel, err)
			}
		}
	})
}
