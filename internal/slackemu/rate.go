package slackemu

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"
)

// meter is the calls of one method (and channel) that still count against its limit.
type meter struct {
	at []time.Time
}

// spend counts one call: no more than limit within the window. It returns how long to wait
// when that is too many.
func (m *meter) spend(now time.Time, limit int, window time.Duration) time.Duration {
	m.at = slices.DeleteFunc(m.at, func(t time.Time) bool { return now.Sub(t) >= window })
	if len(m.at) >= limit {
		return m.at[len(m.at)-limit].Add(window).Sub(now)
	}
	m.at = append(m.at, now)
	return 0
}

// limited counts a call and returns how long the app has to wait if it called too often:
// "per API method per app per workspace", and per channel for chat.postMessage.
func (ws *Workspace) limited(method string, t tier, channel string) time.Duration {
	key, limit, window := method, int(t), time.Minute
	switch t {
	case tierSpecial:
		key = method + " " + channel
		limit, window = postBurst, postBurst*time.Second/postPerSecond
	case tier1:
		limit, window = tier1Burst, tier1Burst*time.Minute
	}
	limit = max(1, int(float64(limit)*ws.opts.RateFactor))
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m := ws.meters[key]
	if m == nil {
		m = &meter{}
		ws.meters[key] = m
	}
	return m.spend(time.Now(), limit, window)
}

// writeRateLimited answers as apis/web-api/rate-limits shows: 429 with Retry-After in seconds.
func writeRateLimited(w http.ResponseWriter, wait time.Duration) {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	w.Header().Set("Retry-After", fmt.Sprint(seconds))
	writeJSON(w, http.StatusTooManyRequests, map[string]any{"ok": false, "error": "ratelimited"})
}
