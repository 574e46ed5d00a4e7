package bot

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// maxBody is far above what Slack sends.
const maxBody = 1 << 20

// Handler takes Slack's deliveries over HTTP, each signed: POST /slack/command,
// /slack/interact and /slack/events.
func (b *Bot) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /slack/command", b.signed(b.serveCommand))
	mux.HandleFunc("POST /slack/interact", b.signed(b.serveInteraction))
	mux.HandleFunc("POST /slack/events", b.signed(b.serveEvent))
	return mux
}

// signed lets through what Slack signed within the last five minutes.
func (b *Bot) signed(next func(w http.ResponseWriter, r *http.Request, body []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		since := time.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the request is larger than any of Slack's", http.StatusRequestEntityTooLarge)
			return
		}
		if !b.verified(r.Header, body) {
			http.Error(w, "the signature is missing, wrong or older than five minutes", http.StatusUnauthorized)
			return
		}
		next(w, r, body)
		b.metrics.Ack.Observe(time.Since(since).Seconds())
	}
}

// verified checks the signature over the raw bytes. The verifier's error is never
// shown or logged: its text has the signature that would have been right.
func (b *Bot) verified(h http.Header, body []byte) bool {
	if b.secret == "" {
		return false
	}
	v, err := slack.NewSecretsVerifier(h, b.secret)
	if err != nil {
		return false
	}
	if _, err := v.Write(body); err != nil {
		return false
	}
	return v.Ensure() == nil
}

func (b *Bot) serveCommand(w http.ResponseWriter, r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	command, err := slack.SlashCommandParse(r)
	if err != nil || command.UserID == "" {
		http.Error(w, "not a slash command", http.StatusBadRequest)
		return
	}
	d := deliveryOfCommand(command)
	fresh, err := b.receive(r.Context(), d)
	if err != nil {
		b.refuseDelivery(w, err)
		return
	}
	if reply := b.soon(d); fresh && reply != nil {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(reply) // an acknowledgement that does not arrive is Slack's to repeat
	}
}

func (b *Bot) serveInteraction(w http.ResponseWriter, r *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	var interaction slack.InteractionCallback
	if err != nil || json.Unmarshal([]byte(form.Get("payload")), &interaction) != nil {
		http.Error(w, "not an interaction", http.StatusBadRequest)
		return
	}
	if d, ok := deliveryOfInteraction(interaction); ok {
		if _, err := b.receive(r.Context(), d); err != nil {
			b.refuseDelivery(w, err)
		}
	}
}

// serveEvent answers Slack's question whether this address is ours. The app
// subscribes to no events.
func (b *Bot) serveEvent(w http.ResponseWriter, _ *http.Request, body []byte) {
	var event struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(body, &event) == nil && event.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, event.Challenge)
	}
}

// refuseDelivery lets Slack tell the person that it failed, rather than
// acknowledge what a crash could lose.
func (b *Bot) refuseDelivery(w http.ResponseWriter, err error) {
	b.log.WithError(err).Error("a delivery of Slack was refused: it could not be stored")
	http.Error(w, "it could not be stored; try again", http.StatusInternalServerError)
}
