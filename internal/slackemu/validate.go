package slackemu

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// surface is where blocks are shown; some blocks and counts differ.
type surface struct {
	name      string
	maxBlocks int
}

func messageSurface() surface { return surface{"message", maxMessageBlocks} }
func viewSurface() surface    { return surface{"view", maxViewBlocks} }

// checker collects what is wrong in the words of Slack: a sentence and a JSON pointer.
type checker struct {
	problems []string
}

func (c *checker) fail(pointer, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+pointer+"]")
}

func (c *checker) length(pointer, s string, limit int) {
	if utf8.RuneCountInString(s) > limit {
		c.fail(pointer, "must be less than %d characters", limit+1)
	}
}

func (c *checker) count(pointer string, n, limit int) {
	if n > limit {
		c.fail(pointer, "no more than %d items allowed", limit)
	}
	if n == 0 {
		c.fail(pointer, "no fewer than 1 items")
	}
}

func (c *checker) unique(pointer, id string, limit int, seen map[string]bool) {
	c.length(pointer, id, limit)
	if id != "" && seen[id] {
		c.fail(pointer, "`%s` already exists", id)
	}
	seen[id] = true
}

// text checks a text object that must be there. Without mrkdwn only plain_text is allowed.
func (c *checker) text(pointer string, t *Text, limit int, kinds ...string) {
	switch {
	case t == nil:
		c.fail(pointer, "missing required field: text")
		return
	case t.bare:
		c.fail(pointer, "must provide an object")
		return
	case !slices.Contains(kinds, t.Type):
		c.fail(pointer+"/type", "must be %s", strings.Join(kinds, " or "))
	case t.Type == mrkdwn && t.Emoji:
		// composition-objects/text-object: emoji "is only usable when type is plain_text".
		c.fail(pointer, "invalid additional property: emoji")
	}
	c.words(pointer+"/text", t.Text, limit)
}

func (c *checker) words(pointer, s string, limit int) {
	if s == "" {
		c.fail(pointer, "must be more than 0 characters")
	}
	c.length(pointer, s, limit)
}

func (c *checker) optionalText(pointer string, t *Text, limit int, kinds ...string) {
	if t != nil {
		c.text(pointer, t, limit, kinds...)
	}
}

// The two types of a text object.
const (
	plainText = "plain_text"
	mrkdwn    = "mrkdwn"
)

// parseBlocks reads and checks a list of blocks. Problems are in Slack's words; an error means
// that the list is not even a list of blocks (invalid_blocks_format).
func parseBlocks(raw []byte, at string, where surface) ([]Block, []string, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, nil, fmt.Errorf("read blocks: %w", err)
	}
	c := &checker{}
	if len(parts) > where.maxBlocks {
		c.fail(at, "no more than %d items allowed", where.maxBlocks)
	}
	blocks := make([]Block, len(parts))
	ids := map[string]bool{}
	for i, part := range parts {
		pointer := fmt.Sprintf("%s/%d", at, i)
		if err := json.Unmarshal(part, &blocks[i]); err != nil {
			c.fail(pointer, "must match the schema of a block")
			continue
		}
		c.keys(pointer, part, blockKeys(blocks[i].Type))
		c.unique(pointer+"/block_id", blocks[i].BlockID, maxBlockID, ids)
		c.block(pointer, &blocks[i], part)
	}
	return blocks, c.problems, nil
}

// keys refuses properties that the type does not have: Slack does, and a misspelt property
// would otherwise do nothing, silently.
func (c *checker) keys(pointer string, raw json.RawMessage, allowed []string) {
	if allowed == nil {
		return
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return
	}
	for key := range object {
		if key != "type" && !slices.Contains(allowed, key) {
			c.fail(pointer, "invalid additional property: %s", key)
		}
	}
}

// blocksText is how long Slack finds the blocks of a message in sum: see maxBlocksText.
func blocksText(blocks []Block) int {
	total := len(blocks) * blockTextShare
	for _, line := range plain(blocks) {
		total += utf8.RuneCountInString(line)
	}
	return total
}
