package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

// request is the part of OpenAI's request that matters here.
type request struct {
	Model    string    `json:"model"`
	Messages []message `json:"messages"`
	Stream   bool      `json:"stream"`
}

type message struct {
	Role    string `json:"role,omitempty"`
	Content string `json:"content"`
}

// completion is an answer, whole or a chunk of a stream.
type completion struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"`
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
}

type choice struct {
	Index   int      `json:"index"`
	Message *message `json:"message,omitempty"`
	Delta   *message `json:"delta,omitempty"`
	Finish  *string  `json:"finish_reason"`
}

// complete evaluates the policy and answers. Everything it needs is in the request.
func complete(w http.ResponseWriter, r *http.Request, events *reporter) {
	var asked request
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Messages) == 0 {
		service.WriteError(w, http.StatusBadRequest, "invalid_request", "the body has no messages")
		return
	}
	if blocked(asked.Messages) {
		events.report("policy.blocked", asked.Model)
		service.WriteError(w, http.StatusForbidden, "policy_violation", "policy no-secrets-in-prompts blocks this prompt")
		return
	}
	events.report("policy.allowed", asked.Model)
	answer := completion{
		ID: fmt.Sprintf("chatcmpl-%d", time.Now().UnixNano()), Created: time.Now().Unix(), Model: asked.Model,
	}
	if asked.Stream {
		stream(w, r, answer, streamLength(r))
		return
	}
	stop := "stop"
	answer.Object = "chat.completion"
	answer.Choices = []choice{{Message: &message{Role: "assistant", Content: "All is well."}, Finish: &stop}}
	service.WriteJSON(w, http.StatusOK, answer)
}

// blocked is the one policy that the stand-in evaluates.
func blocked(messages []message) bool {
	for _, m := range messages {
		if strings.Contains(m.Content, "BEGIN PRIVATE KEY") {
			return true
		}
	}
	return false
}

func streamLength(r *http.Request) time.Duration {
	seconds, err := strconv.ParseFloat(r.Header.Get(StreamHeader), 64)
	if err != nil || seconds < 0 {
		return DefaultStream
	}
	return time.Duration(seconds * float64(time.Second))
}

// stream sends a chunk at a steady pace and [DONE] at the end. It ends early only
// when the caller goes away: a stop of the service waits for it.
func stream(w http.ResponseWriter, r *http.Request, answer completion, length time.Duration) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	flush := http.NewResponseController(w)
	answer.Object = "chat.completion.chunk"
	tick := time.NewTicker(chunkEvery)
	defer tick.Stop()
	for i := range int(length/chunkEvery) + 1 {
		answer.Choices = []choice{{Delta: &message{Content: "word " + strconv.Itoa(i) + " "}}}
		chunk, err := json.Marshal(answer)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", chunk); err != nil {
			return
		}
		if err := flush.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
	_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
}
