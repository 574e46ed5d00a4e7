package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/notify/webhook"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	address = "https://hooks.example.com/private-path"
	secret  = "correct horse battery staple"
)

// handled brings requests to a handler without a network, so that synctest owns the time.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	answered := make(chan *httptest.ResponseRecorder, 1)
	go func() {
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		answered <- recorder
	}()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case recorder := <-answered:
		return recorder.Result(), nil
	}
}

func channel(t *testing.T, h http.HandlerFunc) *webhook.Channel {
	t.Helper()
	c, err := webhook.New(webhook.Endpoint{URL: address, Secret: secret, Transport: handled{h}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func message(t *testing.T, kind notify.Kind, audience notify.Audience) notify.Message {
	t.Helper()
	templates, err := notify.ParseTemplates(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := templates.Preview(kind, audience, "https://status.example.com/status")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// valid is what a receiver does: see docs/notices.md.
func valid(h http.Header, body []byte, now time.Time) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(h.Get("Ktops-Timestamp") + "."))
	mac.Write(body)
	at, err := time.ParseDuration(h.Get("Ktops-Timestamp") + "s")
	return err == nil && now.Sub(time.Unix(0, 0).Add(at)).Abs() < 5*time.Minute &&
		hmac.Equal([]byte(h.Get("Ktops-Signature")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
}

func TestSend_IsSignedAndKnownByItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var keys, stamps []string
		c := channel(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || !valid(r.Header, body, time.Now()) {
				t.Errorf("the signature %q is not valid (%v)", r.Header.Get("Ktops-Signature"), err)
			}
			if valid(r.Header, append(body, ' '), time.Now()) {
				t.Error("a changed body has a valid signature")
			}
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			stamps = append(stamps, r.Header.Get("Ktops-Timestamp"))
			w.WriteHeader(http.StatusNoContent)
		})
		m := message(t, notify.Upcoming, notify.Users)
		for range 2 {
			if err := c.Send(t.Context(), m); err != nil {
				t.Error(err)
			}
			<-time.After(time.Hour)
		}
		if len(keys) != 2 || keys[0] != "r-abc123/upcoming/users" || keys[1] != keys[0] || stamps[1] == stamps[0] {
			t.Errorf("keys %q at %q", keys, stamps)
		}
	})
}

func TestSend_PostsTheDocumentedJSON(t *testing.T) {
	for _, kind := range []notify.Kind{notify.Upcoming, notify.Reopened} {
		var got []byte
		c := channel(t, func(_ http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.URL.String() != address {
				t.Errorf("%s %s of %s", r.Method, r.URL, r.Header.Get("Content-Type"))
			}
			var body map[string]any
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			got, _ = json.MarshalIndent(body, "", "  ")
		})
		if err := c.Send(t.Context(), message(t, kind, notify.Operators)); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", string(kind)+".json")
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s (-update writes it anew): %s", golden, diff)
		}
	}
}

func TestSend_TellsWhatIsWorthAnotherTry(t *testing.T) {
	for status, permanent := range map[int]bool{
		400: true, 401: true, 403: true, 404: true, 410: true, 413: true, 422: true,
		301: false, 302: false, 303: false, 408: false, 425: false, 429: false, 500: false, 502: false, 503: false, 504: false,
	} {
		c := channel(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		err := c.Send(t.Context(), message(t, notify.Alarm, notify.Operators))
		if err == nil || notify.IsPermanent(err) != permanent || !strings.Contains(err.Error(), http.StatusText(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestSend_NeverTellsItsAddressOrSecret(t *testing.T) {
	c, err := webhook.New(webhook.Endpoint{URL: "http://127.0.0.1:1/private-path?token=abc", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Send(t.Context(), message(t, notify.Alarm, notify.Operators))
	if err == nil || notify.IsPermanent(err) || strings.Contains(err.Error(), "private") || strings.Contains(err.Error(), "abc") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("%v", err)
	}
	for _, e := range []webhook.Endpoint{
		{URL: "ftp://example.com/private", Secret: secret}, {URL: "http://exa mple.com/private", Secret: secret},
		{URL: "/private", Secret: secret}, {URL: address},
	} {
		if _, err := webhook.New(e); err == nil || strings.Contains(err.Error(), "private") {
			t.Errorf("%s: %v", e.URL, err)
		}
	}
}

func TestSend_AReceiverThatHangsHasItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := channel(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		began := time.Now()
		err := c.Send(t.Context(), message(t, notify.Alarm, notify.Operators))
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || notify.IsPermanent(err) || took != 30*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

func TestSend_FollowsRedirectsOnTheSameHostOnly(t *testing.T) {
	var elsewhere, taken int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	hooks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/asks-for-a-page":
			http.Redirect(w, r, "/new", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusTemporaryRedirect)
		default:
			body, err := io.ReadAll(r.Body)
			if err != nil || !valid(r.Header, body, time.Now()) {
				t.Errorf("after the redirect the signature is not valid (%v)", err)
			}
			taken++
		}
	}))
	defer hooks.Close()
	for path, followed := range map[string]bool{"/moved": true, "/away": false, "/asks-for-a-page": false, "/loop": false} {
		c, err := webhook.New(webhook.Endpoint{URL: hooks.URL + path, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		err = c.Send(t.Context(), message(t, notify.Alarm, notify.Operators))
		if followed != (err == nil) || notify.IsPermanent(err) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if elsewhere != 0 || taken != 1 {
		t.Errorf("%d posts went elsewhere, %d were taken", elsewhere, taken)
	}
}
