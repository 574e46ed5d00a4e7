package stage

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// hookSecret signs the notices that a Hook takes.
const hookSecret = "stage-hook-0123456789"

// Posted is a notice that came in, as its receiver knows it.
type Posted struct {
	Key  string `json:"key"`
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Hook is somebody's server that takes notices by webhook.
type Hook struct {
	server *httptest.Server

	mu     sync.Mutex
	posted []Posted
	bad    []string
}

// StartHook starts a hook on loopback.
func StartHook() *Hook {
	h := &Hook{}
	h.server = httptest.NewServer(http.HandlerFunc(h.take))
	return h
}

// URL is where notices are posted to.
func (h *Hook) URL() string { return h.server.URL + "/notices" }

// Close stops the hook.
func (h *Hook) Close() { h.server.Close() }

// Posted lists what came in, in order, and what was wrong with any of it.
func (h *Hook) Posted() (posted []Posted, bad []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Posted(nil), h.posted...), append([]string(nil), h.bad...)
}

func (h *Hook) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var p Posted
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil || r.Header.Get("Ktops-Signature") != signed(r.Header.Get("Ktops-Timestamp"), body) {
		h.bad = append(h.bad, fmt.Sprintf("%s: %v, signature %q", body, err, r.Header.Get("Ktops-Signature")))
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.posted = append(h.posted, p)
}

// signed is the signature as docs/notices.md tells receivers to compute it.
func signed(timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	fmt.Fprintf(mac, "%s.%s", timestamp, body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
