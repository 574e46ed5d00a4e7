package slackemu_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start returns a listening workspace and a client of its Web API.
func start(t *testing.T, opts slackemu.Options) (*slackemu.Workspace, *slack.Client) {
	t.Helper()
	ws, err := slackemu.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	web := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(web.CloseIdleConnections)
	return ws, slack.New(ws.BotToken(), slack.OptionAPIURL(ws.APIURL()),
		slack.OptionAppLevelToken(ws.AppToken()), slack.OptionHTTPClient(web))
}

// inProcess is a client that calls the handler without a network, for tests in a time bubble.
type inProcess struct{ handler http.Handler }

func (c inProcess) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// bubble returns a workspace for use within synctest, and a client of its Web API.
func bubble(opts slackemu.Options) (*slackemu.Workspace, *slack.Client) {
	opts.PublicURL = "http://slack.invalid"
	ws := slackemu.New(opts)
	return ws, slack.New(ws.BotToken(), slack.OptionAPIURL(ws.APIURL()),
		slack.OptionHTTPClient(inProcess{ws}))
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func section(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil)
}

func button(actionID, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(actionID, actionID+"-value", slack.NewTextBlockObject(slack.PlainTextType, label, true, false))
}

func post(t *testing.T, ws *slackemu.Workspace, api *slack.Client, options ...slack.MsgOption) slackemu.Message {
	t.Helper()
	channel, ts, err := api.PostMessageContext(t.Context(), "C0PROD", options...)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := ws.Message(slackemu.Message{Channel: channel, TS: ts})
	if !ok {
		t.Fatalf("message %s was not kept", ts)
	}
	return m
}
