package notify_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
)

// poster remembers what it is to post, by key.
type poster struct {
	mu    sync.Mutex
	posts map[string]string
	away  bool
}

func (p *poster) Announce(_ context.Context, key, channel, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return errors.New("the disk is full")
	}
	p.posts[key] = channel + ": " + text
	return nil
}

func TestSlackChannel_HandsOverPlainTextUnderAKeyOfItsOwn(t *testing.T) {
	p := &poster{posts: map[string]string{}}
	routes := []notify.Route{operators("ops", notify.SlackChannel{Poster: p, ID: "C0OPS"}), operators("more", notify.SlackChannel{Poster: p, ID: "C0MORE"})}
	inBubble(t, routes, func(t *testing.T, w *world) {
		n := alarm("a", time.Hour)
		n.Run, n.Facts.Reason = "", "1 < 2 & <!channel>"
		w.raise(n)
		after(time.Second)
		p.mu.Lock()
		defer p.mu.Unlock()
		want := map[string]string{
			"notice/a/C0OPS":  "C0OPS: *production: a person must look now*\n1 < 2 & <!channel>\n",
			"notice/a/C0MORE": "C0MORE: *production: a person must look now*\n1 < 2 & <!channel>\n",
		}
		if diff := cmp.Diff(want, p.posts); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSlackChannel_TriesAgainWhatCouldNotBeHandedOver(t *testing.T) {
	c := notify.SlackChannel{Poster: &poster{away: true}, ID: "C0OPS"}
	if err := c.Send(t.Context(), notify.Message{}); err == nil || notify.IsPermanent(err) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("%v", err)
	}
}
