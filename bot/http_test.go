package bot_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

// deliver sends a form to a path of the bot, signed at a time with a secret.
func (w *world) deliver(path, body, secret string, at time.Time) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("X-Slack-Signature", slackemu.Sign(secret, at.Unix(), []byte(body)))
	rec := httptest.NewRecorder()
	w.bot.Handler().ServeHTTP(rec, r)
	return rec
}

func TestHTTP_TakesOnlyWhatSlackSignedJustNow(t *testing.T) {
	form := url.Values{"command": {"/keeptrusts"}, "text": {"help"}, "user_id": {"U0ALICE"}, "channel_id": {prod}, "trigger_id": {"1"}}.Encode()
	tests := []struct {
		name   string
		secret string
		age    time.Duration
		body   string
		want   int
	}{
		{"good", "", 0, form, http.StatusOK},
		{"four minutes old", "", 4 * time.Minute, form, http.StatusOK},
		{"six minutes old", "", 6 * time.Minute, form, http.StatusUnauthorized},
		{"six minutes ahead", "", -6 * time.Minute, form, http.StatusUnauthorized},
		{"another secret", "wrong", 0, form, http.StatusUnauthorized},
		{"not a command", "", 0, "x=1", http.StatusBadRequest},
		{"too large", "", 0, strings.Repeat("x", 2<<20), http.StatusRequestEntityTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				secret := w.ws.SigningSecret()
				if test.secret != "" {
					secret = test.secret
				}
				rec := w.deliver("/slack/command", test.body, secret, time.Now().Add(-test.age))
				if rec.Code != test.want {
					t.Errorf("answered %d %s, want %d", rec.Code, rec.Body, test.want)
				}
				w.settle(time.Second)
				undone, err := w.store.Undone(t.Context())
				if err != nil || len(undone) != 0 {
					t.Errorf("%d deliveries left, %v", len(undone), err)
				}
				answered := w.told("alice") != ""
				if answered != (test.want == http.StatusOK) {
					t.Errorf("answered the person: %v", answered)
				}
			})
		})
	}
}

func TestHTTP_NeverTellsTheRightSignature(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		now := time.Now()
		right := strings.TrimPrefix(slackemu.Sign(w.ws.SigningSecret(), now.Unix(), []byte("x=1")), "v0=")
		rec := w.deliver("/slack/interact", "x=1", "wrong", now)
		if rec.Code != http.StatusUnauthorized {
			t.Fatalf("answered %d", rec.Code)
		}
		if strings.Contains(rec.Body.String(), right) || strings.Contains(w.log.String(), right) {
			t.Error("the signature that would have been right can be read")
		}
	})
}

func TestHTTP_WithoutASecretTakesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.stop()
		w.opts.SigningSecret = ""
		w.start()
		if rec := w.deliver("/slack/events", `{"type":"url_verification","challenge":"c"}`, "", time.Now()); rec.Code != http.StatusUnauthorized {
			t.Errorf("answered %d", rec.Code)
		}
	})
}

func TestHTTP_ProvesThatTheAddressIsOurs(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		if err := w.ws.VerifyEventsURL(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestHTTP_WhatCannotBeStoredIsNotAcknowledged(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		if _, err := w.db.ExecContext(t.Context(), "DROP TABLE slack_inbox"); err != nil {
			t.Fatal(err)
		}
		ack, err := w.ws.Type(t.Context(), "alice", prod, "/keeptrusts status")
		if err != nil || ack.OK() {
			t.Errorf("acknowledged all the same: %+v, %v", ack, err)
		}
	})
}
