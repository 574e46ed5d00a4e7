package slackemu

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Message is what a channel shows. Its exported copy never changes: ask again for a newer one.
type Message struct {
	Channel   string          `json:"channel"`
	TS        string          `json:"ts"`
	ThreadTS  string          `json:"thread_ts,omitempty"` // of the message it replies to
	Broadcast bool            `json:"broadcast,omitempty"` // a reply that stands in the channel too
	Author    string          `json:"author"`              // user ID; the bot's for the app
	Text      string          `json:"text"`
	Blocks    []Block         `json:"blocks,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	VisibleTo string          `json:"visible_to,omitempty"` // the one user who sees an ephemeral message
	Revisions []Revision      `json:"revisions"`            // what it said and since when, oldest first
	Reactions []string        `json:"reactions,omitempty"`
	deleted   bool
}

// Revision is one state of a message.
type Revision struct {
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	Blocks []Block   `json:"-"`
}

// content is what an app sends to be shown.
type content struct {
	text     string
	blocks   []Block
	metadata json.RawMessage
	warnings []string
}

// Edits counts how often the message was changed after it was posted.
func (m Message) Edits() int { return len(m.Revisions) - 1 }

// Plain is everything the message says, one text a line: the fallback text and every block.
func (m Message) Plain() string {
	return strings.Join(append([]string{m.Text}, plain(m.Blocks)...), "\n")
}

// inChannel tells whether the message stands in the channel and not only in a thread.
func (m Message) inChannel() bool { return m.ThreadTS == "" || m.Broadcast }

// Contains tells whether any text of the message contains s.
func (m Message) Contains(s string) bool { return strings.Contains(m.Plain(), s) }

// FromApp tells whether the app wrote the message.
func (m Message) FromApp() bool { return m.Author == botUserID }

// Buttons returns what a person may press, in the order shown.
func (m Message) Buttons() []Element {
	var found []Element
	for i := range m.Blocks {
		for _, e := range m.Blocks[i].interactive() {
			if e.Type == "button" {
				found = append(found, *e)
			}
		}
	}
	return found
}

// MinimumEditGap is the shortest time between two revisions, and zero without an edit.
func (m Message) MinimumEditGap() time.Duration {
	var least time.Duration
	for i := 1; i < len(m.Revisions); i++ {
		if gap := m.Revisions[i].At.Sub(m.Revisions[i-1].At); least == 0 || gap < least {
			least = gap
		}
	}
	return least
}

func (m *Message) copied() Message {
	c := *m
	c.Revisions = slices.Clone(m.Revisions)
	c.Reactions = slices.Clone(m.Reactions)
	return c
}

func (m *Message) set(c content) {
	m.Text, m.Blocks = c.text, c.blocks
	if c.metadata != nil {
		m.Metadata = c.metadata
	}
	m.Revisions = append(m.Revisions, Revision{At: time.Now(), Text: c.text, Blocks: c.blocks})
}

// add shows a new message. The caller holds ws.mu.
func (ws *Workspace) add(m *Message, c content) *Message {
	name(c.blocks, ws.id)
	m.TS = ws.timestamp()
	m.set(c)
	ws.messages = append(ws.messages, m)
	ws.touch()
	return m
}

// edit changes what a message says. The caller holds ws.mu.
func (ws *Workspace) edit(m *Message, c content) {
	name(c.blocks, ws.id)
	m.set(c)
	ws.touch()
}

// find returns the message with the timestamp, or nil. The caller holds ws.mu.
func (ws *Workspace) find(channel, ts string) *Message {
	for _, m := range ws.messages {
		if m.Channel == channel && m.TS == ts && !m.deleted {
			return m
		}
	}
	return nil
}

// select copies the messages that fit, oldest first.
func (ws *Workspace) selectMessages(fits func(*Message) bool) []Message {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var found []Message
	for _, m := range ws.messages {
		if !m.deleted && fits(m) {
			found = append(found, m.copied())
		}
	}
	return found
}

// truncated cuts a text to what Slack keeps, and says whether it did.
func truncated(text string) (string, bool) {
	if utf8.RuneCountInString(text) <= maxMessageText {
		return text, false
	}
	return string([]rune(text)[:maxMessageText]), true
}
