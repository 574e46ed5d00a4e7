package slackemu_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

// app is the least Slack app: it records what it is told, in either mode, and answers with what
// the test says.
type app struct {
	mu           sync.Mutex
	commands     []slack.SlashCommand
	interactions []slack.InteractionCallback
	retries      []string // X-Slack-Retry-Num and reason of each request
	refused      int      // deliveries with a bad signature

	onCommand     func(slack.SlashCommand) any
	onInteraction func(slack.InteractionCallback) any
	onEvent       func(w http.ResponseWriter, r *http.Request, body []byte)
}

func (a *app) command(c slack.SlashCommand) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.commands = append(a.commands, c)
	if a.onCommand == nil {
		return nil
	}
	return a.onCommand(c)
}

func (a *app) interaction(i slack.InteractionCallback) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.interactions = append(a.interactions, i)
	if a.onInteraction == nil {
		return nil
	}
	return a.onInteraction(i)
}

// listen connects the app through Socket Mode with the real client.
func (a *app) listen(t *testing.T, ws *slackemu.Workspace, api *slack.Client) {
	t.Helper()
	client := socketmode.New(api)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = client.RunContext(ctx) })
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case event := <-client.Events:
				a.handle(ctx, client, event)
			}
		}
	})
	t.Cleanup(func() { cancel(); ws.Disconnect(slackemu.Cut); wg.Wait() })
	if err := ws.WaitConnected(soon(t)); err != nil {
		t.Fatal(err)
	}
}

func (a *app) handle(ctx context.Context, client *socketmode.Client, event socketmode.Event) {
	var payload any
	switch data := event.Data.(type) {
	case slack.SlashCommand:
		payload = a.command(data)
	case slack.InteractionCallback:
		payload = a.interaction(data)
	default:
		if event.Type != socketmode.EventTypeEventsAPI {
			return
		}
	}
	if payload == nil {
		_ = client.AckCtx(ctx, event.Request.EnvelopeID, nil)
		return
	}
	_ = client.AckCtx(ctx, event.Request.EnvelopeID, payload)
}

// serve offers the app's request URLs, and points the workspace at them.
func (a *app) serve(t *testing.T, ws *slackemu.Workspace) {
	t.Helper()
	server := httptest.NewServer(a.handler(ws.SigningSecret()))
	t.Cleanup(server.Close)
	ws.SetRequestURLs(slackemu.RequestURLs{
		Commands: server.URL + "/commands", Interactivity: server.URL + "/interactions", Events: server.URL + "/events",
	})
}

func (a *app) handler(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /commands", func(w http.ResponseWriter, r *http.Request) {
		c, err := slack.SlashCommandParse(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		write(w, a.command(c))
	})
	mux.HandleFunc("POST /interactions", func(w http.ResponseWriter, r *http.Request) {
		i, err := slack.InteractionCallbackParse(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		write(w, a.interaction(i))
	})
	mux.HandleFunc("POST /events", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a.mu.Lock()
		a.retries = append(a.retries, r.Header.Get("X-Slack-Retry-Num")+" "+r.Header.Get("X-Slack-Retry-Reason"))
		a.mu.Unlock()
		a.onEvent(w, r, body)
	})
	return a.verified(secret, mux)
}

// verified checks signatures with slack-go's verifier.
func (a *app) verified(secret string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		verifier, err := slack.NewSecretsVerifier(r.Header, secret)
		body, readErr := io.ReadAll(r.Body)
		if err == nil && readErr == nil {
			_, _ = verifier.Write(body)
			err = verifier.Ensure()
		}
		if err != nil || readErr != nil {
			a.mu.Lock()
			a.refused++
			a.mu.Unlock()
			http.Error(w, "signature refused", http.StatusUnauthorized)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		next.ServeHTTP(w, r)
	})
}

func write(w http.ResponseWriter, payload any) {
	switch p := payload.(type) {
	case nil:
	case string:
		_, _ = io.WriteString(w, p)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, encode(p))
	}
}
