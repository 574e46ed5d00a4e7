package bot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// courier makes single calls to Slack.
type courier struct {
	api  *slack.Client
	http *http.Client
}

// metadataType marks the bot's messages; the payload's key names each
// (docs: messaging/message-metadata).
const metadataType = "ktops_message"

// send makes one call. again is set when an earlier one may have arrived.
func (c *courier) send(ctx context.Context, m Message, again bool) (ts string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	content := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks.BlockSet...)}
	switch m.Kind {
	case Post:
		content = append(content, slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionMetadata(slack.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"key": m.Key}}))
		if m.ParentTS != "" {
			content = append(content, slack.MsgOptionTS(m.ParentTS))
		}
		if m.Loud {
			content = append(content, slack.MsgOptionBroadcast())
		}
		_, ts, err = c.api.PostMessageContext(ctx, m.Channel, content...)
	case Update:
		_, ts, _, err = c.api.UpdateMessageContext(ctx, m.Channel, m.ParentTS, content...)
	case Ephemeral:
		ts, err = c.api.PostEphemeralContext(ctx, m.Channel, m.User, content...)
	case Respond:
		err = slack.PostWebhookCustomHTTPContext(ctx, m.URL, c.http, &slack.WebhookMessage{
			Text: m.Text, Blocks: blocksOrNone(m.Blocks), ResponseType: slack.ResponseTypeEphemeral,
			// Of an answer, a second copy takes the place of the first.
			ReplaceOriginal: again || m.Over,
		})
	default:
		err = fmt.Errorf("there is no kind of message %q", m.Kind)
	}
	return ts, err
}

func blocksOrNone(b slack.Blocks) *slack.Blocks {
	if len(b.BlockSet) == 0 {
		return nil
	}
	return &b
}

// lookBack is how much before its making a message is looked for, for clocks differ.
const lookBack = 5 * time.Minute

// find looks whether the channel, or the thread, has a post with this key; it is
// the message's timestamp, or empty.
func (c *courier) find(ctx context.Context, m Message) (ts string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	oldest := strconv.FormatInt(m.Created.Add(-lookBack).Unix(), 10)
	for cursor := ""; ; {
		var page []slack.Message
		if page, cursor, err = c.page(ctx, m, oldest, cursor); err != nil {
			return "", fmt.Errorf("look whether %s arrived: %w", m.Key, err)
		}
		for _, found := range page {
			if found.Metadata.EventType == metadataType && found.Metadata.EventPayload["key"] == m.Key {
				return found.Timestamp, nil
			}
		}
		if cursor == "" {
			return "", nil
		}
	}
}

func (c *courier) page(ctx context.Context, m Message, oldest, cursor string) ([]slack.Message, string, error) {
	const most = 200
	if m.ParentTS != "" {
		found, _, next, err := c.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: m.Channel, Timestamp: m.ParentTS, Oldest: oldest, Cursor: cursor, Limit: most, IncludeAllMetadata: true,
		})
		return found, next, err
	}
	found, err := c.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: m.Channel, Oldest: oldest, Cursor: cursor, Limit: most, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return found.Messages, found.ResponseMetaData.NextCursor, nil
}

// verdict is what an error says about a message.
type verdict int

const (
	unknown     verdict = iota // it may have arrived
	notTaken                   // it did not arrive; later it may
	badContent                 // Slack will never take these blocks
	unreachable                // this person cannot be told this way
	never                      // nothing will make Slack take it
)

// judge reads an error of Slack (docs: the errors of chat.postMessage, chat.update
// and chat.postEphemeral).
func judge(err error) verdict {
	var limited *slack.RateLimitedError
	var answer slack.SlackErrorResponse
	var status slack.StatusCodeError
	var dial *net.OpError
	var name *net.DNSError
	switch {
	case errors.As(err, &limited):
		return notTaken
	case errors.As(err, &answer):
		return judgeCode(answer.Err)
	case errors.As(err, &status):
		return judgeStatus(status.Code)
	case errors.As(err, &name), errors.As(err, &dial) && dial.Op == "dial":
		return notTaken
	}
	return unknown
}

func judgeStatus(code int) verdict {
	switch {
	case code == http.StatusTooManyRequests:
		return notTaken
	case code == http.StatusBadRequest:
		return badContent
	case code >= 400 && code < 500:
		return unreachable // a response_url that expired, or was used five times
	}
	return unknown
}

func judgeCode(code string) verdict {
	switch code {
	case "internal_error", "fatal_error", "request_timeout":
		return unknown // docs: "some aspect of the operation" may have succeeded
	case "ratelimited", "rate_limited", "service_unavailable", "team_added_to_org", "accesslimited", "message_limit_exceeded":
		return notTaken
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
		"ekm_access_denied", "not_in_channel", "restricted_action":
		return notTaken // a person can put this right, and then nothing is lost
	case "user_not_in_channel", "user_not_found", "cannot_reply_to_message":
		return unreachable
	case "msg_too_long", "msg_blocks_too_long", "invalid_arguments", "invalid_metadata_format", "no_text":
		return badContent
	}
	if strings.HasPrefix(code, "invalid_blocks") {
		return badContent
	}
	return never
}
