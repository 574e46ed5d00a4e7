package cards

import (
	"github.com/slack-go/slack"
)

// Limits of Slack that cards are built within (docs.slack.dev/reference/block-kit).
// Those on the whole of a message (50 blocks, 4,000 characters of text in an edit,
// some 13,200 in all blocks) are kept by how few blocks a card has; the tests hold
// every card against them.
const (
	maxHeader      = 150  // header block: text
	maxSection     = 3000 // section block: text
	maxFields      = 10   // section block: fields
	maxField       = 2000 // section block: text of a field
	maxContextText = 3000 // text object of a context block
	maxConfirmText = 300  // confirmation dialog: text
	maxTitle       = 24   // modal: title, submit and close
	maxOption      = 75   // option of a select: text and description
	maxOptionValue = 150  // option of a select: value
	maxValue       = 2000 // button: value
)

// Bounds of what one outside text may take of a line.
const (
	maxWord    = 80
	maxLine    = 300
	maxDigest  = 22   // "sha256:", twelve digits, an ellipsis and the code marks
	maxStory   = 1200 // a reason that is the point of its card
	maxLog     = 2000 // the last lines of a log, which are the point of theirs
	maxPicture = 600  // a few lines of characters
)

// Card is a message as Slack takes it.
type Card struct {
	// Text is what notifications and screen readers show.
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks,omitempty"`
}

// Plain is a card of one line.
func Plain(line string) Card {
	return Card{Text: clip(line, maxSection), Blocks: []slack.Block{section(line)}}
}

func mrkdwn(text string) *slack.TextBlockObject {
	// Verbatim: Slack must not turn words of outside text into links or mentions.
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: text, Verbatim: true}
}

func plainText(text string, limit int) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: clip(text, limit)}
}

func header(text string) slack.Block {
	return slack.NewHeaderBlock(plainText(text, maxHeader))
}

// section holds as many of the lines as fit, and counts the rest.
func section(lines ...string) slack.Block {
	return slack.NewSectionBlock(mrkdwn(pack(lines, maxSection)), nil, nil)
}

// fields shows label and value pairs in two columns.
func fields(pairs ...[2]string) slack.Block {
	var texts []*slack.TextBlockObject
	for _, p := range pairs {
		if p[1] != "" && len(texts) < maxFields {
			texts = append(texts, mrkdwn(pack([]string{"*" + p[0] + "*", p[1]}, maxField)))
		}
	}
	return slack.NewSectionBlock(nil, texts, nil)
}

func footnote(line string) slack.Block {
	return slack.NewContextBlock("", mrkdwn(pack([]string{line}, maxContextText)))
}

func actions(buttons ...slack.BlockElement) slack.Block {
	return slack.NewActionBlock("", buttons...)
}
