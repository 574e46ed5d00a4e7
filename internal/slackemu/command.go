package slackemu

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Type writes text into a channel as a user: a slash command goes to the app, anything else
// becomes a message. Whether the app took it is in the Ack; an error means it could not be typed.
func (ws *Workspace) Type(ctx context.Context, user, channel, text string) (Ack, error) {
	u, err := ws.person(user)
	if err != nil {
		return Ack{}, err
	}
	c, ok := ws.conversation(channel)
	if !ok {
		return Ack{}, fmt.Errorf("no channel %q in the emulated workspace", channel)
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return Ack{}, fmt.Errorf("type in %s as %s: there is no text", channel, user)
	case !strings.HasPrefix(text, "/"):
		ws.say(u.ID, c.ID, text)
		return Ack{}, nil
	}
	command, rest, _ := strings.Cut(text, " ")
	if !slices.Contains(ws.opts.Commands, command) || !ws.opts.granted("commands") {
		m := ws.whisper(u.ID, c.ID, fmt.Sprintf("`%s` is not a valid command. In Slack, all messages that start "+
			"with the \"/\" character are interpreted as slash commands.", command))
		return Ack{Failure: "not a valid command", Shown: &m}, nil
	}
	return ws.command(ctx, u, c, command, strings.TrimSpace(rest))
}

// command sends a slash command: interactivity/implementing-slash-commands.
func (ws *Workspace) command(ctx context.Context, u User, c Channel, command, text string) (Ack, error) {
	channelName := c.Name
	if strings.HasPrefix(c.ID, "D") {
		channelName = "directmessage"
	}
	ws.mu.Lock()
	to, responseURL := ws.newResponder(c.ID, u.ID, "")
	fields := map[string]string{
		"token": "deprecated", "team_id": teamID, "team_domain": domain(ws.opts.Team), "channel_id": c.ID,
		"channel_name": channelName, "user_id": u.ID, "user_name": u.Name, "command": command, "text": text,
		"api_app_id": appID, "is_enterprise_install": "false",
		"trigger_id": ws.newTrigger(u.ID), "response_url": responseURL,
	}
	id := ws.id("env-")
	ws.mu.Unlock()
	payload, err := json.Marshal(fields)
	if err != nil {
		return Ack{}, fmt.Errorf("write the command: %w", err)
	}
	ack, _ := ws.deliver(ctx, Delivery{ID: id, Kind: kindCommand, Payload: payload}, attempt{})
	if !ack.OK() {
		m := ws.whisper(u.ID, c.ID, fmt.Sprintf("%s failed with the error \"%s\"", command, ack.Failure))
		ack.Shown = &m
		return ack, nil
	}
	if len(strings.TrimSpace(string(ack.Body))) > 0 {
		ws.showAnswer(&ack, to, command+" "+text)
	}
	return ack, nil
}

// showAnswer shows what the app sent with the acknowledgement of a command. In a channel, Slack
// shows the command above a public answer.
func (ws *Workspace) showAnswer(ack *Ack, to *responder, typed string) {
	var r response
	if json.Unmarshal(ack.Body, &r) != nil {
		r = response{Text: string(ack.Body)}
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if r.Text == "" && len(r.Blocks) == 0 {
		return
	}
	if r.ResponseType == "in_channel" {
		ws.add(&Message{Channel: to.channel, Author: to.user}, content{text: escape(strings.TrimSpace(typed))})
	}
	if apiErr := ws.respond(to, r); apiErr != nil {
		ack.Failure = DispatchFailed + ": " + strings.Join(append([]string{apiErr.code}, apiErr.messages...), "; ")
		return
	}
	shown := ws.messages[len(ws.messages)-1].copied()
	ack.Shown = &shown
}

func (ws *Workspace) say(user, channel, text string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.add(&Message{Channel: channel, Author: user}, content{text: ws.mentions(escape(text))})
}

// mentions turns the @names in a typed message into what Slack stores for them.
func (ws *Workspace) mentions(text string) string {
	return regexp.MustCompile(`@[\w.-]*\w`).ReplaceAllStringFunc(text, func(name string) string {
		if u, ok := ws.opts.user(name); ok {
			return "<@" + u.ID + ">"
		}
		for _, g := range ws.opts.Groups {
			if "@"+g.Handle == name {
				return "<!subteam^" + g.ID + ">"
			}
		}
		return name
	})
}

// whisper is what Slack itself tells one person.
func (ws *Workspace) whisper(user, channel, text string) Message {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.add(&Message{Channel: channel, Author: slackbotID, VisibleTo: user}, content{text: text}).copied()
}

// escape writes typed text as Slack stores it: messaging/formatting-message-text, "Escaping text".
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func domain(team string) string { return strings.ToLower(strings.ReplaceAll(team, " ", "-")) }
