package slackemu

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Call is one request of the Web API, for tests that count and time them.
type Call struct {
	Method string
	At     time.Time
	Args   map[string]string // without the token
	Error  string            // ok is empty; otherwise Slack's code, or the fault
}

// callsKept bounds how many calls are remembered.
const callsKept = 20_000

// method is one method of the Web API. Scope and tier are those of its page,
// docs.slack.dev/reference/methods/NAME.
type method struct {
	name  string
	scope string
	tier  tier
	serve func(*Workspace, args) (answer, *apiError)
}

func methods() []method {
	return []method{
		{"api.test", "", tier4, (*Workspace).apiTest},
		{"auth.test", "", tier4, (*Workspace).authTest},
		{"apps.connections.open", "connections:write", tier1, (*Workspace).connectionsOpen},
		{"chat.postMessage", "chat:write", tierSpecial, (*Workspace).chatPostMessage},
		{"chat.update", "chat:write", tier3, (*Workspace).chatUpdate},
		{"chat.delete", "chat:write", tier3, (*Workspace).chatDelete},
		{"chat.postEphemeral", "chat:write", tier4, (*Workspace).chatPostEphemeral},
		{"chat.getPermalink", "", tier4, (*Workspace).chatGetPermalink},
		{"conversations.history", "channels:history", tier3, (*Workspace).conversationsHistory},
		{"conversations.replies", "channels:history", tier3, (*Workspace).conversationsReplies},
		{"conversations.info", "channels:read", tier3, (*Workspace).conversationsInfo},
		{"conversations.list", "channels:read", tier2, (*Workspace).conversationsList},
		{"users.info", "users:read", tier4, (*Workspace).usersInfo},
		{"usergroups.list", "usergroups:read", tier2, (*Workspace).usergroupsList},
		{"usergroups.users.list", "usergroups:read", tier2, (*Workspace).usergroupsUsersList},
		{"reactions.add", "reactions:write", tier3, (*Workspace).reactionsAdd},
		{"views.open", "", tier4, (*Workspace).viewsOpen},
		{"views.push", "", tier4, (*Workspace).viewsPush},
		{"views.update", "", tier4, (*Workspace).viewsUpdate},
		{"views.publish", "", tier4, (*Workspace).viewsPublish},
	}
}

// args are the arguments of a call: strings as they are, everything else as JSON.
type args map[string]string

// answer is what a method adds to {"ok": true}.
type answer map[string]any

// apiError is an answer with "ok": false.
type apiError struct {
	code     string
	messages []string // response_metadata.messages, without [ERROR]
	needed   string   // of missing_scope
	provided string
}

func invalidArguments(problems ...string) *apiError {
	return &apiError{code: "invalid_arguments", messages: problems}
}

func (ws *Workspace) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	given, err := readArgs(w, r)
	if err != nil {
		writeError(w, &apiError{code: "invalid_form_data", messages: []string{err.Error()}})
		return
	}
	token := bearer(r, given)
	delete(given, "token")
	i := slices.IndexFunc(methods(), func(m method) bool { return m.name == name })
	if i < 0 {
		writeError(w, &apiError{code: "unknown_method"})
		return
	}
	m := methods()[i]
	fault, faulty := ws.fault(name)
	if faulty && ws.before(fault, w, r) {
		ws.record(name, given, "fault")
		return
	}
	if wait := ws.limited(name, m.tier, given["channel"]); wait > 0 {
		ws.record(name, given, "ratelimited")
		writeRateLimited(w, wait)
		return
	}
	w.Header().Set("X-OAuth-Scopes", strings.Join(ws.opts.Scopes, ","))
	w.Header().Set("X-Accepted-OAuth-Scopes", m.scope)
	result, apiErr := ws.invoke(m, token, given)
	switch {
	case apiErr != nil:
		ws.record(name, given, apiErr.code)
		writeError(w, apiErr)
	case faulty && fault.Kind == DropAfter:
		ws.record(name, given, "fault after the change")
		cut(w)
	case faulty:
		ws.record(name, given, "fault after the change")
		serverError(w)
	default:
		ws.record(name, given, "")
		writeAnswer(w, result)
	}
}

func (ws *Workspace) invoke(m method, token string, given args) (answer, *apiError) {
	if err := ws.authorised(m, token); err != nil {
		return nil, err
	}
	return m.serve(ws, given)
}

// authorised checks the token and what it was granted: authentication/tokens, scopes.
func (ws *Workspace) authorised(m method, token string) *apiError {
	isApp := m.name == "apps.connections.open"
	switch {
	case token == "":
		return &apiError{code: "not_authed"}
	case token != ws.opts.BotToken && token != ws.opts.AppToken:
		return &apiError{code: "invalid_auth"}
	case isApp != (token == ws.opts.AppToken):
		return &apiError{code: "not_allowed_token_type"}
	case !isApp && !ws.opts.granted(m.scope):
		return &apiError{code: "missing_scope", needed: m.scope, provided: strings.Join(ws.opts.Scopes, ",")}
	}
	return nil
}

func (ws *Workspace) record(method string, given args, code string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.calls) == callsKept {
		ws.calls = slices.Delete(ws.calls, 0, callsKept/2)
	}
	ws.calls = append(ws.calls, Call{Method: method, At: time.Now(), Args: given, Error: code})
}

// Calls returns the calls of a method so far, oldest first; of all methods if it is empty.
func (ws *Workspace) Calls(method string) []Call {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ws.calls), func(c Call) bool { return method != "" && c.Method != method })
}

// readArgs reads a form, multipart or JSON body, or the query.
func readArgs(w http.ResponseWriter, r *http.Request) (args, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequestBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		return readJSONArgs(r.Body)
	}
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxRequestBody)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	return flatten(r.Form), nil
}

func flatten(form url.Values) args {
	given := args{}
	for key := range form {
		given[key] = form.Get(key)
	}
	return given
}

func readJSONArgs(body io.Reader) (args, error) {
	given := args{}
	data, err := io.ReadAll(body)
	if err != nil || len(data) == 0 {
		return given, err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("read the JSON body: %w", err)
	}
	for key, value := range object {
		var s string
		if json.Unmarshal(value, &s) == nil {
			given[key] = s
			continue
		}
		given[key] = string(value)
	}
	return given, nil
}

func bearer(r *http.Request, given args) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return strings.TrimSpace(token)
	}
	return given["token"]
}

func writeAnswer(w http.ResponseWriter, a answer) {
	body := map[string]any{"ok": true}
	for key, value := range a {
		body[key] = value
	}
	writeJSON(w, http.StatusOK, body)
}

// writeError answers 200 with "ok": false, as Slack does for everything but rate limits.
func writeError(w http.ResponseWriter, e *apiError) {
	body := map[string]any{"ok": false, "error": e.code}
	if len(e.messages) > 0 {
		messages := make([]string, len(e.messages))
		for i, m := range e.messages {
			messages[i] = "[ERROR] " + m
		}
		body["errors"] = e.messages
		body["response_metadata"] = map[string]any{"messages": messages}
	}
	if e.needed != "" {
		body["needed"], body["provided"] = e.needed, e.provided
	}
	writeJSON(w, http.StatusOK, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may have gone; nothing to do about it
}
