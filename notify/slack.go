package notify

import "context"

// Poster posts to Slack: it takes over the duty to, durably, and posts what has the
// same key once.
type Poster interface {
	Announce(ctx context.Context, key, channel, text string) error
}

// SlackChannel is a channel of a Slack workspace.
type SlackChannel struct {
	Poster Poster
	// ID is Slack's, such as C0123456789.
	ID string
}

// Send hands the message to the poster, as plain text: escaping and length are its business.
func (c SlackChannel) Send(ctx context.Context, m Message) error {
	return c.Poster.Announce(ctx, "notice/"+m.Key+"/"+c.ID, c.ID, "*"+m.Subject+"*\n"+m.Text)
}
