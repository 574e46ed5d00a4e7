package slackemu

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// trigger is the right to open one modal for one person, shortly after they acted.
type trigger struct {
	user    string
	expires time.Time
	used    bool
}

// newTrigger grants a trigger. The caller holds ws.mu.
func (ws *Workspace) newTrigger(user string) string {
	id := ws.id("13345224609.")
	ws.triggers[id] = &trigger{user: user, expires: time.Now().Add(triggerLife)}
	return id
}

// exchange spends a trigger and returns whose it was. The caller holds ws.mu.
func (ws *Workspace) exchange(id string) (string, *apiError) {
	t := ws.triggers[id]
	switch {
	case t == nil:
		return "", invalidArguments("invalid `trigger_id`")
	case t.used:
		return "", &apiError{code: "exchanged_trigger_id"}
	case time.Now().After(t.expires):
		return "", &apiError{code: "expired_trigger_id"}
	}
	t.used = true
	return t.user, nil
}

// responder is a response_url: the right to answer an action a few times, for a while.
type responder struct {
	channel string
	user    string
	source  string // timestamp of the message acted on, if any
	expires time.Time
	uses    int
}

// newResponder grants a response URL. The caller holds ws.mu.
func (ws *Workspace) newResponder(channel, user, source string) (to *responder, url string) {
	id := ws.id("R")
	to = &responder{channel: channel, user: user, source: source, expires: time.Now().Add(responseURLLife)}
	ws.responders[id] = to
	return to, ws.base + "/commands/" + teamID + "/" + id
}

// response is what an app sends to a response URL or with its acknowledgement.
type response struct {
	ResponseType    string          `json:"response_type"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
	ThreadTS        string          `json:"thread_ts"`
}

// serveResponse is the response URL: interactivity/handling-user-interaction.
func (ws *Workspace) serveResponse(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	var answer response
	if err != nil || json.Unmarshal(body, &answer) != nil {
		refuseResponse(w, http.StatusBadRequest, "invalid_payload")
		return
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	to := ws.responders[r.PathValue("id")]
	switch {
	case to == nil:
		refuseResponse(w, http.StatusNotFound, "no_such_url")
		return
	case time.Now().After(to.expires):
		refuseResponse(w, http.StatusNotFound, "expired_url")
		return
	case to.uses >= responseURLUses:
		refuseResponse(w, http.StatusNotFound, "used_url")
		return
	}
	if apiErr := ws.respond(to, answer); apiErr != nil {
		refuseResponse(w, http.StatusBadRequest, apiErr.code)
		return
	}
	to.uses++
	writeJSON(w, http.StatusOK, map[string]any{"ok": true})
}

func refuseResponse(w http.ResponseWriter, status int, code string) {
	writeJSON(w, status, map[string]any{"ok": false, "error": code})
}

// respond shows a response where its action came from. The caller holds ws.mu.
func (ws *Workspace) respond(to *responder, r response) *apiError {
	original := ws.find(to.channel, to.source)
	if r.DeleteOriginal && original != nil {
		original.deleted = true
		ws.touch()
		return nil
	}
	c, apiErr := parseContent(r.Text, r.Blocks, nil, maxMessageText)
	if apiErr != nil {
		return apiErr
	}
	if r.ReplaceOriginal && original != nil {
		ws.edit(original, c)
		return nil
	}
	m := &Message{Channel: to.channel, Author: botUserID, ThreadTS: r.ThreadTS}
	if r.ResponseType != "in_channel" {
		m.VisibleTo = to.user
	}
	ws.add(m, c)
	if to.source == "" {
		to.source = m.TS // a later replace_original of a slash command replaces its first answer
	}
	return nil
}
