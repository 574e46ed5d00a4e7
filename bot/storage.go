package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"
)

// Store keeps what must survive a crash. Package bot/store has one over SQLite.
type Store interface {
	Inbox
	Outbox
	Cards
}

// Inbox keeps deliveries from their acknowledgement until they are worked off.
type Inbox interface {
	// Receive stores a delivery durably before it returns. It is false for one
	// that was received before, done or not.
	Receive(ctx context.Context, d Delivery) (fresh bool, err error)
	// Undone lists the deliveries that are not worked off, oldest first.
	Undone(ctx context.Context) ([]Delivery, error)
	// Finish marks a delivery as worked off.
	Finish(ctx context.Context, id string) error
}

// Outbox keeps messages until Slack has them.
type Outbox interface {
	// Enqueue stores a message. It is false, and changes nothing, when one with
	// the same key is there. An Update takes the place of those of the same
	// message that have not been sent.
	Enqueue(ctx context.Context, m Message) (fresh bool, err error)
	// Heads lists the oldest unsent message of each lane whose parent was sent
	// or dropped, with ParentTS filled in.
	Heads(ctx context.Context) ([]Message, error)
	// Save records how far a message is.
	Save(ctx context.Context, m Message) error
	// Depth counts the messages that are not sent.
	Depth(ctx context.Context) (int, error)
	// Posted is Slack's timestamp of the message with a key; empty before it is sent.
	Posted(ctx context.Context, key string) (string, error)
	// Prune forgets deliveries and messages that were done before a time.
	Prune(ctx context.Context, before time.Time) error
}

// Cards keeps which runs have a card, and how much of each was told.
type Cards interface {
	// Card is the card of a run; false when there is none.
	Card(ctx context.Context, run string) (RunCard, bool, error)
	SaveCard(ctx context.Context, c RunCard) error
}

// Delivery is one thing that a person did in Slack, whichever way it came.
type Delivery struct {
	// ID is the same for every copy of one delivery.
	ID          string       `json:"id"`
	Kind        DeliveryKind `json:"kind"`
	Received    time.Time    `json:"received"`
	Channel     string       `json:"channel,omitempty"`
	User        string       `json:"user"`
	UserName    string       `json:"user_name,omitempty"`
	Text        string       `json:"text,omitempty"`   // of a command
	Action      string       `json:"action,omitempty"` // of a click: its action; of a modal: its callback
	Run         string       `json:"run,omitempty"`
	Ask         string       `json:"ask,omitempty"`     // of a click: what was asked and is confirmed
	Opening     string       `json:"opening,omitempty"` // of a modal: the opening that was chosen
	Reason      string       `json:"reason,omitempty"`  // of a modal
	ResponseURL string       `json:"response_url,omitempty"`
	TriggerID   string       `json:"trigger_id,omitempty"`
}

// DeliveryKind tells commands, clicks and submitted modals apart.
type DeliveryKind string

// The kinds of deliveries.
const (
	Typed     DeliveryKind = "command"
	Clicked   DeliveryKind = "click"
	Submitted DeliveryKind = "modal"
)

// Message is one thing that the bot says.
type Message struct {
	ID int64
	// Key names the message for good: it is said once however often it is
	// enqueued. Updates have none.
	Key     string
	Kind    MessageKind
	Channel string
	User    string // who sees an Ephemeral; who asked, for a Respond
	URL     string // of a Respond
	// Parent is the key of the message that an Update edits, or in whose thread
	// a Post belongs.
	Parent   string
	ParentTS string // filled in by Heads; empty when the parent was dropped
	Loud     bool   // a thread's post that the channel sees too
	Over     bool   // a Respond that takes the place of what was clicked
	Text     string
	Blocks   slack.Blocks
	State    MessageState
	Attempts int
	Created  time.Time
	NextAt   time.Time
	TS       string // Slack's, once sent
}

// Lane is the queue that a message waits in: those of one lane are sent one
// after the other, in the order they were said.
func (m Message) Lane() string {
	switch m.Kind {
	case Update:
		return editLane(m.Parent)
	case Post:
		return m.Channel + "/" + m.Parent
	}
	return m.Channel + "/@" + m.User
}

func editLane(key string) string { return "edit/" + key }

// MessageKind is which way a message goes.
type MessageKind string

// The kinds of messages, by the method that sends each.
const (
	Post      MessageKind = "post"      // chat.postMessage
	Update    MessageKind = "update"    // chat.update
	Ephemeral MessageKind = "ephemeral" // chat.postEphemeral
	Respond   MessageKind = "respond"   // a command's response_url
)

// MessageState is how far a message is.
type MessageState string

// The states of a message.
const (
	Pending MessageState = "pending" // Slack does not have it
	Unsure  MessageState = "unsure"  // it was sent and nothing certain came back
	Sent    MessageState = "sent"
	Dropped MessageState = "dropped" // Slack will never take it
)

// RunCard is what is kept of the card of a run.
type RunCard struct {
	Run     string
	Channel string
	// Seq is the newest event of the run that the card was made of; Told the
	// newest that its thread tells.
	Seq, Told int
}

// Key names the card's message in the outbox and in its metadata.
func (c RunCard) Key() string { return "card/" + c.Run }
