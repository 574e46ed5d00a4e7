package slackemu

import "fmt"

// elementKeys are the properties of each element that this workspace knows; nil for others.
func elementKeys(kind string) []string {
	switch kind {
	case "button":
		return []string{"action_id", "text", "url", "value", "style", "confirm", "accessibility_label"}
	case "overflow":
		return []string{"action_id", "options", "confirm"}
	case "static_select":
		return []string{"action_id", "placeholder", "options", "initial_option", "confirm", "focus_on_load"}
	case "radio_buttons":
		return []string{"action_id", "options", "initial_option", "confirm", "focus_on_load"}
	case "checkboxes":
		return []string{"action_id", "options", "initial_options", "confirm", "focus_on_load"}
	case "plain_text_input":
		return []string{
			"action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load",
			"dispatch_action_config",
		}
	case "datepicker":
		return []string{"action_id", "initial_date", "confirm", "placeholder", "focus_on_load"}
	case "timepicker":
		return []string{"action_id", "initial_time", "confirm", "placeholder", "focus_on_load", "timezone"}
	case "image":
		return []string{"image_url", "alt_text"}
	case mrkdwn, plainText:
		return []string{"text", "emoji", "verbatim"}
	}
	return nil
}

func (c *checker) element(pointer string, e *Element) {
	c.length(pointer+"/action_id", e.ActionID, maxActionID)
	c.optionalText(pointer+"/placeholder", e.Placeholder, maxPlaceholder, plainText)
	switch e.Type {
	case "button":
		c.button(pointer, e)
	case "image":
		c.image(pointer, e.ImageURL, e.AltText)
	case "static_select":
		c.options(pointer, e, maxSelectOptions, plainText)
	case "overflow":
		c.options(pointer, e, maxOverflowOptions, plainText)
	case "radio_buttons", "checkboxes":
		c.options(pointer, e, maxChoiceOptions, mrkdwn, plainText)
	case "plain_text_input":
		c.textInput(pointer, e)
	case "datepicker", "timepicker":
	default:
		c.fail(pointer+"/type", "unsupported type: %s", e.Type)
	}
	if e.Confirm != nil {
		c.confirm(pointer+"/confirm", e.Confirm)
	}
}

func (c *checker) button(pointer string, e *Element) {
	c.text(pointer+"/text", e.Text, maxButtonText, plainText)
	c.length(pointer+"/value", e.Value, maxButtonValue)
	c.length(pointer+"/url", e.URL, maxButtonURL)
	c.length(pointer+"/accessibility_label", e.AccessLabel, maxButtonText)
	c.style(pointer, e.Style)
}

func (c *checker) style(pointer, style string) {
	switch style {
	case "", "primary", "danger":
	default:
		c.fail(pointer+"/style", "must be primary or danger")
	}
}

func (c *checker) confirm(pointer string, d *Confirm) {
	c.text(pointer+"/title", d.Title, maxConfirmTitle, plainText)
	c.text(pointer+"/text", d.Text, maxConfirmText, mrkdwn, plainText)
	c.text(pointer+"/confirm", d.Confirm, maxConfirmButton, plainText)
	c.text(pointer+"/deny", d.Deny, maxConfirmButton, plainText)
	c.style(pointer, d.Style)
}

func (c *checker) options(pointer string, e *Element, limit int, kinds ...string) {
	c.count(pointer+"/options", len(e.Options), limit)
	values := map[string]bool{}
	for i, o := range e.Options {
		at := fmt.Sprintf("%s/options/%d", pointer, i)
		c.text(at+"/text", o.Text, maxOptionText, kinds...)
		c.unique(at+"/value", o.Value, maxOptionValue, values)
		c.optionalText(at+"/description", o.Description, maxOptionText, kinds...)
	}
	initial := e.InitialOptions
	if e.InitialOption != nil {
		initial = append(initial, *e.InitialOption)
	}
	for _, o := range initial {
		// block-elements/select-menu-element: "exactly matches one of the options".
		if !values[o.Value] {
			c.fail(pointer+"/initial_option", "must match one of the options")
		}
	}
}

func (c *checker) textInput(pointer string, e *Element) {
	if e.MaxLength < 0 || e.MaxLength > maxInputLength {
		c.fail(pointer+"/max_length", "must be between 1 and %d", maxInputLength)
	}
	if e.MinLength < 0 || e.MinLength > maxInputLength {
		c.fail(pointer+"/min_length", "must be between 0 and %d", maxInputLength)
	}
	if e.MaxLength > 0 && e.MinLength > e.MaxLength {
		c.fail(pointer+"/min_length", "must not be greater than max_length")
	}
}
