package slackemu

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// viewAnswer is what an app may answer to a view_submission: surfaces/modals, response_action.
type viewAnswer struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"`
	View   json.RawMessage   `json:"view"`
}

// Submit fills in the modal that a user sees and presses its submit button. Values are given by
// action_id, block_id or label of the input; an error means that Slack itself would not send it.
func (ws *Workspace) Submit(ctx context.Context, user string, v View, values map[string][]string) (Ack, error) {
	u, err := ws.person(user)
	if err != nil {
		return Ack{}, err
	}
	filled, err := fill(v.Blocks, values)
	if err != nil {
		return Ack{}, fmt.Errorf("submit view %s as %s: %w", v.ID, user, err)
	}
	ack, err := ws.sendView(ctx, "view_submission", u, &v, filled)
	if err != nil || !ack.OK() {
		return ack, err
	}
	ws.applyAnswer(&ack, u, &v)
	return ack, nil
}

// CloseModal closes the modal that a user sees; the app hears of it when it asked to.
func (ws *Workspace) CloseModal(ctx context.Context, user string, v View) (Ack, error) {
	u, err := ws.person(user)
	if err != nil {
		return Ack{}, err
	}
	ws.mu.Lock()
	ws.dismiss(u.ID, v.ClearOnClose)
	ws.mu.Unlock()
	if !v.NotifyOnClose {
		return Ack{}, nil
	}
	return ws.sendView(ctx, "view_closed", u, &v, nil)
}

func (ws *Workspace) sendView(ctx context.Context, kind string, u User, v *View, filled map[string][]string) (Ack, error) {
	ws.mu.Lock()
	payload := ws.interaction(kind, u)
	payload["view"] = viewWire(v, states(v.Blocks, filled))
	payload["response_urls"] = []any{}
	payload["is_cleared"] = v.ClearOnClose
	d := Delivery{ID: ws.id("env-"), Kind: kindInteractive}
	ws.mu.Unlock()
	var err error
	if d.Payload, err = json.Marshal(payload); err != nil {
		return Ack{}, fmt.Errorf("write the %s: %w", kind, err)
	}
	ack, _ := ws.deliver(ctx, d, attempt{})
	return ack, nil
}

// applyAnswer does with the modal what the app answered: nothing said closes it.
func (ws *Workspace) applyAnswer(ack *Ack, u User, v *View) {
	var a viewAnswer
	if len(strings.TrimSpace(string(ack.Body))) > 0 && json.Unmarshal(ack.Body, &a) != nil {
		ack.Failure = "the answer to a view_submission is not JSON"
		return
	}
	var next *View
	if a.Action == "update" || a.Action == "push" {
		parsed, apiErr := parseView(a.View)
		if apiErr != nil {
			ack.Failure = strings.Join(append([]string{apiErr.code}, apiErr.messages...), "; ")
			return
		}
		next = parsed
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	switch a.Action {
	case "errors":
		ack.Errors = a.Errors
	case "update":
		ws.replace(v, next)
	case "push":
		if len(ws.stacks[u.ID]) >= maxViewStack {
			ack.Failure = "push_limit_reached"
			return
		}
		ws.show(u.ID, next)
	case "clear":
		ws.dismiss(u.ID, true)
	case "":
		ws.dismiss(u.ID, false)
	default:
		ack.Failure = "unknown response_action " + a.Action
	}
}

// viewWire is a view as interactions show it.
func viewWire(v *View, values answer) answer {
	raw, err := json.Marshal(v)
	a := answer{}
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	if err != nil {
		return answer{"id": v.ID}
	}
	a["state"] = answer{"values": values}
	return a
}

// IncompleteError is a form that Slack does not send, with what it says at which input.
type IncompleteError struct {
	Fields map[string]string // by block_id
}

func (e *IncompleteError) Error() string {
	var told []string
	for _, id := range slices.Sorted(maps.Keys(e.Fields)) {
		told = append(told, id+": "+e.Fields[id])
	}
	return "the form is not complete: " + strings.Join(told, "; ")
}

// fill matches values with the inputs of a view, and holds back what Slack would hold back.
func fill(blocks []Block, values map[string][]string) (map[string][]string, error) {
	filled, left, wrong := map[string][]string{}, maps.Clone(values), map[string]string{}
	for i := range blocks {
		b := &blocks[i]
		if b.Type != "input" {
			continue
		}
		for _, ref := range []string{slot(b, b.Element), b.Element.ActionID, b.BlockID, b.Label.Text} {
			if given, ok := left[ref]; ok {
				filled[slot(b, b.Element)] = given
				delete(left, ref)
			}
		}
		if reason := lacking(b, filled[slot(b, b.Element)]); reason != "" {
			wrong[b.BlockID] = reason
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("the view has no input %q", slices.Sorted(maps.Keys(left)))
	}
	if len(wrong) > 0 {
		return nil, &IncompleteError{Fields: wrong}
	}
	return filled, nil
}

// lacking holds an input against its own rules, and says what it lacks.
func lacking(b *Block, given []string) string {
	e := b.Element
	initial := e.InitialValue + e.InitialDate + e.InitialTime
	empty := strings.Join(given, "") == "" && (given != nil || initial == "" && e.InitialOption == nil && len(e.InitialOptions) == 0)
	if empty {
		if b.Optional {
			return ""
		}
		return "Please complete this required field."
	}
	if e.Type != "plain_text_input" {
		if _, err := use(e, given); err != nil {
			return err.Error()
		}
		return ""
	}
	text := e.InitialValue
	if len(given) > 0 {
		text = given[0]
	}
	switch length := utf8.RuneCountInString(text); {
	case length < e.MinLength:
		return fmt.Sprintf("At least %d characters are needed.", e.MinLength)
	case e.MaxLength > 0 && length > e.MaxLength:
		return fmt.Sprintf("At most %d characters are possible.", e.MaxLength)
	}
	return ""
}
