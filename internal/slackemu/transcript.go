package slackemu

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Transcript is the conversation of a channel in plain lines, threads and ephemeral messages too.
func (ws *Workspace) Transcript(channel string) string {
	c, _ := ws.conversation(channel)
	var b strings.Builder
	for _, m := range ws.selectMessages(func(m *Message) bool { return m.Channel == c.ID }) {
		fmt.Fprintf(&b, "%s %s%s: %s\n", m.Revisions[0].At.Format(time.TimeOnly), ws.nameOf(m.Author), ws.notes(m),
			strings.ReplaceAll(ws.spoken(m), "\n", "\n    "))
	}
	return b.String()
}

// notes say what the page shows around a message.
func (ws *Workspace) notes(m Message) string {
	note := ""
	switch {
	case m.Broadcast:
		note += " (replied to a thread)"
	case m.ThreadTS != "":
		note += " (in thread)"
	}
	if m.VisibleTo != "" {
		note += " (only visible to " + ws.nameOf(m.VisibleTo) + ")"
	}
	if m.Edits() > 0 {
		note += fmt.Sprintf(" (edited %d times)", m.Edits())
	}
	return note
}

// spoken is what a person reads: the blocks, and the text only where there are none.
func (ws *Workspace) spoken(m Message) string {
	if len(m.Blocks) == 0 {
		return ws.withoutMarks(m.Text)
	}
	var lines []string
	for _, b := range m.Blocks {
		texts := plain([]Block{b})
		if b.Type == "actions" {
			texts = []string{"[" + strings.Join(texts, "] [") + "]"}
		}
		lines = append(lines, texts...)
	}
	return ws.withoutMarks(strings.Join(lines, "\n"))
}

var (
	reference = regexp.MustCompile(`<([@#!]?)([^<>|\n]+)(?:\|([^<>\n]*))?>`)
	styled    = regexp.MustCompile("\\*([^*\\s](?:[^*\\n]*[^*\\s])?)\\*|`([^`\\n]+)`")
)

// withoutMarks takes the marks of mrkdwn out of a text (messaging/formatting-message-text).
func (ws *Workspace) withoutMarks(text string) string {
	text = reference.ReplaceAllStringFunc(text, func(whole string) string {
		part := reference.FindStringSubmatch(whole)
		kind, target, label := part[1], part[2], part[3]
		switch {
		case kind == "@":
			return "@" + ws.nameOf(target)
		case strings.HasPrefix(target, "subteam^"):
			return "@" + ws.handleOf(strings.TrimPrefix(target, "subteam^"))
		case label != "":
			return label
		}
		return kind + target
	})
	text = styled.ReplaceAllString(text, "$1$2")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

func (ws *Workspace) handleOf(group string) string {
	for _, g := range ws.opts.Groups {
		if g.ID == group {
			return g.Handle
		}
	}
	return group
}

func (ws *Workspace) nameOf(id string) string {
	switch id {
	case botUserID:
		return ws.opts.AppName
	case slackbotID:
		return "Slackbot"
	}
	if u, ok := ws.opts.user(id); ok {
		return u.Name
	}
	return id
}
