package slackemu

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// ClickOption says how a person uses an element.
type ClickOption func(*gesture)

type gesture struct {
	values []string // chosen options, or what was typed
	deny   bool
}

// Choose picks options of a menu, by value or label.
func Choose(options ...string) ClickOption { return func(g *gesture) { g.values = options } }

// Deny answers the confirmation dialog with no: nothing is sent to the app.
func Deny() ClickOption { return func(g *gesture) { g.deny = true } }

// Click presses a button (or uses a menu) of a message that the user sees, named by its action_id
// or its label. A confirmation dialog is shown in the Ack and answered with yes, unless Deny.
// It is the given copy of the message that is clicked: an older copy is a stale screen.
func (ws *Workspace) Click(ctx context.Context, user string, m Message, button string, how ...ClickOption) (Ack, error) {
	u, err := ws.person(user)
	if err != nil {
		return Ack{}, err
	}
	if m.VisibleTo != "" && m.VisibleTo != u.ID {
		return Ack{}, fmt.Errorf("%s does not see this message: it is visible to %s only", user, m.VisibleTo)
	}
	b, e, err := elementOf(m.Blocks, button)
	if err != nil {
		return Ack{}, fmt.Errorf("click in message %s as %s: %w", m.TS, user, err)
	}
	return ws.act(ctx, u, place{message: &m, blocks: m.Blocks}, b, e, how)
}

// ClickIn uses an element of a modal or a home tab.
func (ws *Workspace) ClickIn(ctx context.Context, user string, v View, button string, how ...ClickOption) (Ack, error) {
	u, err := ws.person(user)
	if err != nil {
		return Ack{}, err
	}
	b, e, err := elementOf(v.Blocks, button)
	if err != nil {
		return Ack{}, fmt.Errorf("click in view %s as %s: %w", v.ID, user, err)
	}
	return ws.act(ctx, u, place{view: &v, blocks: v.Blocks}, b, e, how)
}

// place is where an action happened.
type place struct {
	message *Message
	view    *View
	blocks  []Block
}

func (ws *Workspace) act(ctx context.Context, u User, at place, b *Block, e *Element, how []ClickOption) (Ack, error) {
	var g gesture
	for _, option := range how {
		option(&g)
	}
	if e.Confirm != nil && g.deny {
		return Ack{Confirm: e.Confirm, Denied: true}, nil
	}
	used, err := use(e, g.values)
	if err != nil {
		return Ack{}, err
	}
	used["block_id"], used["action_id"], used["action_ts"] = b.BlockID, e.ActionID, stamp(time.Now())
	ws.mu.Lock()
	payload := ws.interaction("block_actions", u)
	payload["actions"] = []any{used}
	payload["state"] = answer{"values": states(at.blocks, map[string][]string{slot(b, e): g.values})}
	ws.placed(payload, u, at)
	d := Delivery{ID: ws.id("env-"), Kind: kindInteractive}
	if d.Payload, err = json.Marshal(payload); err != nil {
		ws.mu.Unlock()
		return Ack{}, fmt.Errorf("write the action: %w", err)
	}
	ws.mu.Unlock()
	ack, _ := ws.deliver(ctx, d, attempt{})
	ack.Confirm = e.Confirm
	return ack, nil
}

// interaction is what every interaction payload has. The caller holds ws.mu.
func (ws *Workspace) interaction(kind string, u User) answer {
	return answer{
		"type": kind, "token": "deprecated", "api_app_id": appID, "trigger_id": ws.newTrigger(u.ID),
		"team":       answer{"id": teamID, "domain": domain(ws.opts.Team)},
		"user":       answer{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": teamID},
		"enterprise": nil, "is_enterprise_install": false,
	}
}

// placed adds where the action happened: reference/interaction-payloads/block_actions-payload.
// The message is the one of now, which may be newer than what was clicked. The caller holds ws.mu.
func (ws *Workspace) placed(payload answer, u User, at place) {
	if at.view != nil {
		payload["view"] = viewWire(at.view, states(at.blocks, nil))
		payload["container"] = answer{"type": "view", "view_id": at.view.ID}
		return
	}
	m := at.message
	if current := ws.find(m.Channel, m.TS); current != nil {
		m = current
	}
	container := answer{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.VisibleTo != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"] = container
	c, _ := ws.conversation(m.Channel)
	payload["channel"] = answer{"id": m.Channel, "name": c.Name}
	_, payload["response_url"] = ws.newResponder(m.Channel, u.ID, m.TS)
	if m.VisibleTo == "" { // block_actions-payload: no message for ephemeral ones
		payload["message"] = wire(m, true)
	}
}

// elementOf finds an element by action_id or by the text on it.
func elementOf(blocks []Block, ref string) (*Block, *Element, error) {
	var seen []string
	for i := range blocks {
		for _, e := range blocks[i].interactive() {
			label := e.ActionID
			if e.Text != nil {
				label = e.Text.Text
			}
			if e.ActionID == ref || label == ref || slot(&blocks[i], e) == ref {
				return &blocks[i], e, nil
			}
			seen = append(seen, label)
		}
	}
	return nil, nil, fmt.Errorf("no button or menu %q; there is: %s", ref, strings.Join(seen, ", "))
}
