package slackemu_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func TestPost_OneASecondPerChannelAfterABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ws, api := bubble(slackemu.Options{})
		defer ws.Close()
		text := slack.MsgOptionText("line", false)
		var limited *slack.RateLimitedError
		for i := range 6 {
			_, _, err := api.PostMessageContext(t.Context(), "C0PROD", text)
			if got := errors.As(err, &limited); got != (i == 5) {
				t.Fatalf("message %d: %v", i+1, err)
			}
		}
		if _, _, err := api.PostMessageContext(t.Context(), "C0STAGING", text); err != nil {
			t.Errorf("another channel has its own limit: %v", err)
		}
		<-time.After(limited.RetryAfter)
		if _, _, err := api.PostMessageContext(t.Context(), "C0PROD", text); err != nil {
			t.Errorf("after Retry-After (%v): %v", limited.RetryAfter, err)
		}
		for range 120 {
			<-time.After(time.Second)
			if _, _, err := api.PostMessageContext(t.Context(), "C0STAGING", text); err != nil {
				t.Fatalf("one a second must go on for ever: %v", err)
			}
		}
	})
}

func TestUpdate_FiftyAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ws, api := bubble(slackemu.Options{})
		defer ws.Close()
		m := post(t, ws, api, slack.MsgOptionText("card", false))
		edit := func() error {
			_, _, _, err := api.UpdateMessageContext(t.Context(), m.Channel, m.TS, slack.MsgOptionText("card", false))
			return err
		}
		for i := range 50 {
			if err := edit(); err != nil {
				t.Fatalf("edit %d: %v", i+1, err)
			}
		}
		var limited *slack.RateLimitedError
		if err := edit(); !errors.As(err, &limited) || limited.RetryAfter != time.Minute {
			t.Fatalf("edit 51: %v", err)
		}
		for range 60 { // every two seconds is thirty a minute: what a live card may do
			<-time.After(2 * time.Second)
			_ = edit()
		}
		now, _ := ws.Message(m)
		if now.Edits() < 50+30 {
			t.Errorf("%d edits went through", now.Edits())
		}
	})
}

func TestConnectionsOpen_TenInABurstThenOneAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ws, _ := bubble(slackemu.Options{})
		defer ws.Close()
		api := slack.New("", slack.OptionAPIURL(ws.APIURL()), slack.OptionAppLevelToken(ws.AppToken()),
			slack.OptionHTTPClient(inProcess{ws}))
		for i := range 11 {
			_, _, err := api.StartSocketModeContext(t.Context())
			var limited *slack.RateLimitedError
			if errors.As(err, &limited) != (i == 10) {
				t.Errorf("connection %d: %v", i+1, err)
			}
		}
	})
}

func TestRateFactor_LoosensEveryLimit(t *testing.T) {
	ws, api := start(t, slackemu.Options{RateFactor: 100})
	for range 60 {
		post(t, ws, api, slack.MsgOptionText("line", false))
	}
	if got := len(ws.Messages("C0PROD")); got != 60 {
		t.Errorf("%d messages", got)
	}
}
