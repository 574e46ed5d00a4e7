package slackemu

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

func (ws *Workspace) chatPostMessage(a args) (answer, *apiError) {
	channel, apiErr := ws.writable(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	c, apiErr := contentOf(a, maxMessageText)
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m := &Message{Channel: channel.ID, Author: botUserID}
	if parent := a["thread_ts"]; parent != "" {
		root := ws.find(channel.ID, parent)
		if root == nil || root.VisibleTo != "" {
			return nil, &apiError{code: "cannot_reply_to_message"}
		}
		m.ThreadTS = cmp.Or(root.ThreadTS, root.TS)
		m.Broadcast = flag(a, "reply_broadcast")
	}
	ws.add(m, c)
	return c.answer(answer{"channel": channel.ID, "ts": m.TS, "message": wire(m, true)}), nil
}

func (ws *Workspace) chatUpdate(a args) (answer, *apiError) {
	channel, apiErr := ws.known(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m, apiErr := ws.public(channel.ID, a["ts"])
	switch {
	case apiErr != nil:
		return nil, apiErr
	case m.Author != botUserID:
		return nil, &apiError{code: "cant_update_message"}
	}
	c, apiErr := contentOf(a, maxUpdateText)
	if apiErr != nil {
		return nil, apiErr
	}
	if _, given := a["blocks"]; !given {
		c.blocks = m.Blocks // chat.update: previous blocks are retained unless an empty array is sent
	}
	ws.edit(m, c)
	return c.answer(answer{"channel": channel.ID, "ts": m.TS, "text": m.Text, "message": wire(m, true)}), nil
}

func (ws *Workspace) chatDelete(a args) (answer, *apiError) {
	channel, apiErr := ws.known(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m, apiErr := ws.public(channel.ID, a["ts"])
	switch {
	case apiErr != nil:
		return nil, apiErr
	case m.Author != botUserID:
		return nil, &apiError{code: "cant_delete_message"}
	}
	m.deleted = true
	ws.touch()
	return answer{"channel": channel.ID, "ts": m.TS}, nil
}

func (ws *Workspace) chatPostEphemeral(a args) (answer, *apiError) {
	channel, apiErr := ws.writable(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	u, ok := ws.opts.user(a["user"])
	if !ok || u.ID != a["user"] {
		return nil, &apiError{code: "user_not_in_channel"}
	}
	c, apiErr := contentOf(a, maxMessageText)
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m := ws.add(&Message{Channel: channel.ID, Author: botUserID, VisibleTo: u.ID, ThreadTS: a["thread_ts"]}, c)
	return c.answer(answer{"message_ts": m.TS}), nil
}

func (ws *Workspace) chatGetPermalink(a args) (answer, *apiError) {
	channel, apiErr := ws.known(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if _, apiErr := ws.public(channel.ID, a["message_ts"]); apiErr != nil {
		return nil, apiErr
	}
	link := ws.base + "/archives/" + channel.ID + "/p" + strings.ReplaceAll(a["message_ts"], ".", "")
	return answer{"channel": channel.ID, "permalink": link}, nil
}

func (ws *Workspace) reactionsAdd(a args) (answer, *apiError) {
	channel, apiErr := ws.known(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m, apiErr := ws.public(channel.ID, a["timestamp"])
	switch {
	case apiErr != nil:
		return nil, apiErr
	case a["name"] == "":
		return nil, &apiError{code: "invalid_name"}
	case slices.Contains(m.Reactions, a["name"]):
		return nil, &apiError{code: "already_reacted"}
	}
	m.Reactions = append(m.Reactions, a["name"])
	ws.touch()
	return answer{}, nil
}

// public finds a message that everyone sees: an ephemeral one has no place to be found. The
// caller holds ws.mu.
func (ws *Workspace) public(channel, ts string) (*Message, *apiError) {
	m := ws.find(channel, ts)
	if m == nil || m.VisibleTo != "" {
		return nil, &apiError{code: "message_not_found"}
	}
	return m, nil
}

// contentOf reads what a chat method is to show.
func contentOf(a args, maxText int) (content, *apiError) {
	if a["attachments"] != "" && a["attachments"] != "[]" {
		return content{}, &apiError{code: "invalid_attachments", messages: []string{
			"slackemu shows blocks only; attachments are legacy (messaging/formatting-message-text)"}}
	}
	return parseContent(a["text"], []byte(a["blocks"]), []byte(a["metadata"]), maxText)
}

// parseContent checks text, blocks and metadata of a message. Longer text than maxText is
// refused when that is the limit of chat.update, and cut when it is the one of all others.
func parseContent(text string, blocks, metadata []byte, maxText int) (content, *apiError) {
	c := content{text: text}
	if len(blocks) > 0 && string(blocks) != "null" {
		var apiErr *apiError
		if c.blocks, apiErr = messageBlocks(blocks); apiErr != nil {
			return content{}, apiErr
		}
	}
	if text == "" && len(c.blocks) == 0 {
		return content{}, &apiError{code: "no_text"}
	}
	if text == "" {
		c.warnings = append(c.warnings, "missing_text_in_message")
	}
	if maxText == maxUpdateText && longer(text, maxText) {
		return content{}, &apiError{code: "msg_too_long"}
	}
	if cutText, did := truncated(text); did {
		c.text, c.warnings = cutText, append(c.warnings, "message_truncated")
	}
	return c, c.readMetadata(metadata)
}

func messageBlocks(raw []byte) ([]Block, *apiError) {
	blocks, problems, err := parseBlocks(raw, "/blocks", messageSurface())
	switch {
	case err != nil:
		return nil, &apiError{code: "invalid_blocks_format", messages: []string{err.Error()}}
	case len(problems) > 0:
		return nil, &apiError{code: "invalid_blocks", messages: problems}
	case blocksText(blocks) > maxBlocksText:
		return nil, &apiError{code: "msg_blocks_too_long"}
	}
	return blocks, nil
}

// readMetadata checks message metadata: messaging/message-metadata.
func (c *content) readMetadata(raw []byte) *apiError {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var m struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"event_payload"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return &apiError{code: "invalid_metadata_format"}
	}
	if m.Type == "" && len(m.Payload) == 0 {
		c.metadata = json.RawMessage("{}") // an empty object removes the metadata
		return nil
	}
	var payload map[string]any
	if m.Type == "" || json.Unmarshal(m.Payload, &payload) != nil {
		return &apiError{code: "invalid_metadata_schema"}
	}
	c.metadata = raw
	return nil
}

// answer adds the warnings to what a chat method answers. Slack's libraries warn of a missing
// text themselves (python-slack-sdk issue 891); the workspace says it in the answer, where
// slack-go's OptionOnWarning sees it.
func (c content) answer(a answer) answer {
	if len(c.warnings) > 0 {
		a["warning"] = strings.Join(c.warnings, ",")
		a["response_metadata"] = map[string]any{"warnings": c.warnings}
	}
	return a
}

// wire is a message as the Web API and interactions show it.
func wire(m *Message, withMetadata bool) answer {
	a := answer{"type": "message", "user": m.Author, "ts": m.TS, "text": m.Text, "team": teamID}
	if m.Author == botUserID {
		a["bot_id"], a["app_id"] = botID, appID
	}
	if m.ThreadTS != "" {
		a["thread_ts"] = m.ThreadTS
	}
	if m.Broadcast {
		a["subtype"] = "thread_broadcast"
	}
	if len(m.Blocks) > 0 {
		a["blocks"] = m.Blocks
	}
	if m.Edits() > 0 {
		last := m.Revisions[len(m.Revisions)-1].At
		a["edited"] = answer{"user": m.Author, "ts": stamp(last)}
	}
	if withMetadata && len(m.Metadata) > 0 {
		a["metadata"] = m.Metadata
	}
	return a
}
