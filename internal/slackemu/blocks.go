package slackemu

import (
	"encoding/json"
	"slices"
)

// Text is a text object of Block Kit. In the elements of a context block the object is
// the element itself, and its text a bare string.
type Text struct {
	Type     string
	Text     string
	Emoji    bool
	Verbatim bool
	bare     bool
}

type textObject struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Emoji    bool   `json:"emoji,omitempty"`
	Verbatim bool   `json:"verbatim,omitempty"`
}

// UnmarshalJSON reads a text object or a bare string.
func (t *Text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		t.bare = true
		return json.Unmarshal(data, &t.Text)
	}
	var o textObject
	if err := json.Unmarshal(data, &o); err != nil {
		return err
	}
	*t = Text{Type: o.Type, Text: o.Text, Emoji: o.Emoji, Verbatim: o.Verbatim}
	return nil
}

// MarshalJSON writes the text the way it was read.
func (t Text) MarshalJSON() ([]byte, error) {
	if t.bare {
		return json.Marshal(t.Text)
	}
	return json.Marshal(textObject{Type: t.Type, Text: t.Text, Emoji: t.Emoji, Verbatim: t.Verbatim})
}

// Option is one choice of a select menu, a radio group, checkboxes or an overflow menu.
type Option struct {
	Text        *Text  `json:"text,omitempty"`
	Value       string `json:"value"`
	Description *Text  `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
}

// Confirm is the dialog that asks a person again before an action is sent.
type Confirm struct {
	Title   *Text  `json:"title,omitempty"`
	Text    *Text  `json:"text,omitempty"`
	Confirm *Text  `json:"confirm,omitempty"`
	Deny    *Text  `json:"deny,omitempty"`
	Style   string `json:"style,omitempty"`
}

// Element is a part of a block: a button, an input, an image, or a text of a context block.
type Element struct {
	Type           string   `json:"type"`
	ActionID       string   `json:"action_id,omitempty"`
	Text           *Text    `json:"text,omitempty"`
	Emoji          bool     `json:"emoji,omitempty"`
	Verbatim       bool     `json:"verbatim,omitempty"`
	Value          string   `json:"value,omitempty"`
	URL            string   `json:"url,omitempty"`
	Style          string   `json:"style,omitempty"`
	Confirm        *Confirm `json:"confirm,omitempty"`
	AccessLabel    string   `json:"accessibility_label,omitempty"`
	ImageURL       string   `json:"image_url,omitempty"`
	AltText        string   `json:"alt_text,omitempty"`
	Placeholder    *Text    `json:"placeholder,omitempty"`
	Options        []Option `json:"options,omitempty"`
	InitialOption  *Option  `json:"initial_option,omitempty"`
	InitialOptions []Option `json:"initial_options,omitempty"`
	InitialValue   string   `json:"initial_value,omitempty"`
	InitialDate    string   `json:"initial_date,omitempty"`
	InitialTime    string   `json:"initial_time,omitempty"`
	Multiline      bool     `json:"multiline,omitempty"`
	MinLength      int      `json:"min_length,omitempty"`
	MaxLength      int      `json:"max_length,omitempty"`
	FocusOnLoad    bool     `json:"focus_on_load,omitempty"`
}

// Block is a block of a message or a view.
type Block struct {
	Type           string    `json:"type"`
	BlockID        string    `json:"block_id,omitempty"`
	Text           *Text     `json:"text,omitempty"`
	Fields         []Text    `json:"fields,omitempty"`
	Expand         bool      `json:"expand,omitempty"`
	Accessory      *Element  `json:"accessory,omitempty"`
	Elements       []Element `json:"elements,omitempty"`
	ImageURL       string    `json:"image_url,omitempty"`
	AltText        string    `json:"alt_text,omitempty"`
	Title          *Text     `json:"title,omitempty"`
	Label          *Text     `json:"label,omitempty"`
	Hint           *Text     `json:"hint,omitempty"`
	Element        *Element  `json:"element,omitempty"`
	Optional       bool      `json:"optional,omitempty"`
	DispatchAction bool      `json:"dispatch_action,omitempty"`
}

// interactive returns the elements of the block that a person can use.
func (b *Block) interactive() []*Element {
	var found []*Element
	for i := range b.Elements {
		found = append(found, &b.Elements[i])
	}
	found = append(found, b.Accessory, b.Element)
	return slices.DeleteFunc(found, func(e *Element) bool { return e == nil || !isInteractive(e.Type) })
}

func isInteractive(kind string) bool {
	switch kind {
	case "button", "overflow", "static_select", "radio_buttons", "checkboxes",
		"plain_text_input", "datepicker", "timepicker":
		return true
	}
	return false
}

// name gives identifiers to blocks and elements that were sent without, as Slack does:
// an interaction always names both.
func name(blocks []Block, newID func(prefix string) string) {
	for i := range blocks {
		if blocks[i].BlockID == "" {
			blocks[i].BlockID = newID("blk")
		}
		for _, e := range blocks[i].interactive() {
			if e.ActionID == "" {
				e.ActionID = newID("act")
			}
		}
	}
}

// plain returns what the blocks say, one text a line, for searching and for printing.
func plain(blocks []Block) []string {
	var lines []string
	add := func(t *Text) {
		if t != nil && t.Text != "" {
			lines = append(lines, t.Text)
		}
	}
	for _, b := range blocks {
		add(b.Title)
		add(b.Text)
		for i := range b.Fields {
			add(&b.Fields[i])
		}
		add(b.Label)
		add(b.Hint)
		for _, e := range b.Elements {
			add(e.Text)
		}
		if b.Accessory != nil {
			add(b.Accessory.Text)
		}
	}
	return lines
}
