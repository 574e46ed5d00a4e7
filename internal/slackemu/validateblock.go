package slackemu

import (
	"encoding/json"
	"fmt"
	"slices"
)

// blockKeys are the properties of each block that this workspace knows; nil for others.
func blockKeys(kind string) []string {
	switch kind {
	case "section":
		return []string{"block_id", "text", "fields", "accessory", "expand"}
	case "header":
		return []string{"block_id", "text"}
	case "divider":
		return []string{"block_id"}
	case "context", "actions":
		return []string{"block_id", "elements"}
	case "image":
		return []string{"block_id", "image_url", "alt_text", "title"}
	case "input":
		return []string{"block_id", "label", "element", "hint", "optional", "dispatch_action"}
	}
	return nil
}

func (c *checker) block(pointer string, b *Block, raw json.RawMessage) {
	switch b.Type {
	case "section":
		c.section(pointer, b)
	case "header":
		c.text(pointer+"/text", b.Text, maxHeaderText, plainText)
	case "divider":
	case "context":
		c.context(pointer, b)
	case "actions":
		c.count(pointer+"/elements", len(b.Elements), maxActionsElements)
		c.elements(pointer+"/elements", b.Elements, "plain_text_input")
	case "image":
		c.image(pointer, b.ImageURL, b.AltText)
		c.optionalText(pointer+"/title", b.Title, maxImageAlt, plainText)
	case "input":
		c.input(pointer, b)
	default:
		c.fail(pointer+"/type", "unsupported type: %s", b.Type)
	}
	c.elementKeys(pointer, raw)
}

func (c *checker) section(pointer string, b *Block) {
	if b.Text == nil && len(b.Fields) == 0 {
		c.fail(pointer, "must define either `text` or `fields`")
	}
	c.optionalText(pointer+"/text", b.Text, maxSectionText, mrkdwn, plainText)
	if b.Fields != nil {
		c.count(pointer+"/fields", len(b.Fields), maxSectionFields)
	}
	for i := range b.Fields {
		c.text(fmt.Sprintf("%s/fields/%d", pointer, i), &b.Fields[i], maxFieldText, mrkdwn, plainText)
	}
	if b.Accessory != nil {
		c.element(pointer+"/accessory", b.Accessory)
	}
}

func (c *checker) context(pointer string, b *Block) {
	c.count(pointer+"/elements", len(b.Elements), maxContextElements)
	for i, e := range b.Elements {
		at := fmt.Sprintf("%s/elements/%d", pointer, i)
		switch e.Type {
		case "image":
			c.image(at, e.ImageURL, e.AltText)
		case mrkdwn, plainText:
			if e.Text == nil || !e.Text.bare {
				c.fail(at+"/text", "must provide a string")
				continue
			}
			c.words(at+"/text", e.Text.Text, maxTextObject)
		default:
			c.fail(at+"/type", "unsupported type: %s", e.Type)
		}
	}
}

func (c *checker) input(pointer string, b *Block) {
	c.text(pointer+"/label", b.Label, maxInputLabel, plainText)
	c.optionalText(pointer+"/hint", b.Hint, maxInputLabel, plainText)
	if b.Element == nil {
		c.fail(pointer, "missing required field: element")
		return
	}
	if slices.Contains([]string{"button", "overflow", "image"}, b.Element.Type) {
		c.fail(pointer+"/element/type", "unsupported type: %s", b.Element.Type)
		return
	}
	c.element(pointer+"/element", b.Element)
}

func (c *checker) image(pointer, url, alt string) {
	c.words(pointer+"/image_url", url, maxImageURL)
	c.words(pointer+"/alt_text", alt, maxImageAlt)
}

// elements checks a row of elements. block-elements/button-element: an action_id is unique
// "among all other action_ids in the containing block".
func (c *checker) elements(pointer string, elements []Element, not ...string) {
	ids := map[string]bool{}
	for i := range elements {
		at := fmt.Sprintf("%s/%d", pointer, i)
		if slices.Contains(not, elements[i].Type) || elements[i].Type == "image" {
			c.fail(at+"/type", "unsupported type: %s", elements[i].Type)
			continue
		}
		c.unique(at+"/action_id", elements[i].ActionID, maxActionID, ids)
		c.element(at, &elements[i])
	}
}

// elementKeys refuses properties that an element's type does not have.
func (c *checker) elementKeys(pointer string, raw json.RawMessage) {
	var parts struct {
		Elements  []json.RawMessage `json:"elements"`
		Accessory json.RawMessage   `json:"accessory"`
		Element   json.RawMessage   `json:"element"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return
	}
	check := func(at string, part json.RawMessage) {
		var e Element
		if len(part) > 0 && json.Unmarshal(part, &e) == nil {
			c.keys(at, part, elementKeys(e.Type))
		}
	}
	for i, part := range parts.Elements {
		check(fmt.Sprintf("%s/elements/%d", pointer, i), part)
	}
	check(pointer+"/accessory", parts.Accessory)
	check(pointer+"/element", parts.Element)
}
