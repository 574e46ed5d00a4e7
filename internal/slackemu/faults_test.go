package slackemu_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func TestFault_EachKindAndWhatItLeavesBehind(t *testing.T) {
	tests := []struct {
		name    string
		kind    slackemu.FaultKind
		applied bool
		fits    func(error) bool
	}{
		{"429", slackemu.RateLimited, false, func(err error) bool {
			var limited *slack.RateLimitedError
			return errors.As(err, &limited) && limited.RetryAfter == 7*time.Second
		}},
		{"500", slackemu.ServerError, false, func(err error) bool {
			var status slack.StatusCodeError
			return errors.As(err, &status) && status.Code == http.StatusInternalServerError
		}},
		{"cut before", slackemu.DropBefore, false, func(err error) bool { return err != nil }},
		{"cut after", slackemu.DropAfter, true, func(err error) bool { return err != nil }},
		{"500 after", slackemu.ErrorAfter, true, func(err error) bool { return err != nil }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ws, api := start(t, slackemu.Options{})
			ws.Fail(slackemu.Fault{Kind: test.kind, Method: "chat.postMessage", Calls: 1, RetryAfter: 7 * time.Second})
			if _, err := api.AuthTestContext(t.Context()); err != nil {
				t.Errorf("another method failed too: %v", err)
			}
			_, _, err := api.PostMessageContext(t.Context(), "C0PROD", slack.MsgOptionText("once", false))
			if !test.fits(err) {
				t.Errorf("got %v", err)
			}
			if got := len(ws.Messages("C0PROD")) == 1; got != test.applied {
				t.Errorf("the message is shown: %v, want %v", got, test.applied)
			}
			post(t, ws, api, slack.MsgOptionText("again", false)) // the fault was for one call
		})
	}
}

func TestFault_HangEndsWithTheCaller(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	restore := ws.Fail(slackemu.Fault{Kind: slackemu.Hang})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := api.AuthTestContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	restore()
	if _, err := api.AuthTestContext(t.Context()); err != nil {
		t.Errorf("after restore: %v", err)
	}
}

func TestFault_LastsAsLongAsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ws, api := bubble(slackemu.Options{})
		defer ws.Close()
		ws.Fail(slackemu.Fault{Kind: slackemu.ServerError, For: time.Minute})
		_, err := api.AuthTestContext(t.Context())
		<-time.After(61 * time.Second)
		_, later := api.AuthTestContext(t.Context())
		if err == nil || later != nil {
			t.Errorf("at once: %v; after a minute: %v", err, later)
		}
	})
}
