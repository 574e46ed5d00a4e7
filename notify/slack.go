package notify

import "context"

// Poster posts to Slack: it takes over the duty to, durably, and posts what has the
// same key once.
type Poster interface {
	Announce(ctx context.Context, key, channel, text string) error
}

// slackMost is how much text a notice has in Slack (docs: text ≤ 4000 is advised).
const slackMost = 3000

// SlackChannel is a channel of a Slack workspace.
type SlackChannel struct {
	Poster Poster
	// ID is Slack's, such as C0123456789.
	ID string
}

// Send hands the message to the poster.
func (c SlackChannel) Send(ctx context.Context, m Message) error {
	return c.Poster.Announce(ctx, "notice/"+m.Key+"/"+c.ID, c.ID, slackText(m))
}

// slackText is the message with its subject in bold. It is escaped by who posts it.
func slackText(m Message) string {
	runes := []rune("*" + m.Subject + "*\n" + m.Text)
	if len(runes) > slackMost {
		runes = append(runes[:slackMost-1], '…')
	}
	return string(runes)
}
