package wire_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops/journal"
)

// postbox stands for the bot.
type postbox chan string

func (p postbox) Announce(_ context.Context, _, channel, text string) error {
	p <- channel + ": " + text
	return nil
}

// TestOutbox_TellsInEveryWayThatTheExampleHas lets the server of e-mail be one that
// only notes that somebody came.
func TestOutbox_TellsInEveryWayThatTheExampleHas(t *testing.T) {
	arrived := make(postbox, 10)
	hooks := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- "webhook: " + r.Header.Get("Ktops-Signature")
	}))
	defer hooks.Close()
	mailServer, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var listening sync.WaitGroup
	defer listening.Wait()
	defer mailServer.Close()
	listening.Go(func() {
		conn, err := mailServer.Accept()
		if err != nil {
			return
		}
		conn.Close()
		arrived <- "e-mail"
	})
	c := example(t)
	c.Notices.SMTP.Host, c.Notices.SMTP.Port = "127.0.0.1", mailServer.Addr().(*net.TCPAddr).Port
	for i, channel := range c.Notices.Channels {
		if channel.Webhook != nil {
			c.Notices.Channels[i].Webhook = &config.Webhook{URL: hooks.URL, Secret: channel.Webhook.Secret}
		}
	}
	j, err := journal.Open(t.Context(), c.Journal)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	outbox, err := wire.OpenOutbox(t.Context(), j, c, notify.Options{Log: quiet()}, arrived)
	if err != nil {
		t.Fatal(err)
	}
	n := notify.Notice{Key: "a", Environment: "production", Kind: notify.Upcoming, At: time.Now(), Deadline: time.Now().Add(time.Hour)}
	if err := outbox.Raise(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = outbox.Run(ctx) })
	defer running.Wait()
	defer cancel()
	var got []string
	for range 3 {
		select {
		case what := <-arrived:
			got = append(got, what)
		case <-time.After(time.Minute):
			t.Fatalf("after a minute only these arrived: %q", got)
		}
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"webhook: sha256=", "e-mail", "C0567891234: *Keeptrusts will be closed for maintenance*"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q did not arrive:\n%s", want, all)
		}
	}
}
