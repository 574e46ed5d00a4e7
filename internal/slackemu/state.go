package slackemu

import (
	"cmp"
	"fmt"
	"slices"
)

// use is an element after a person used it, as reference/interaction-payloads shows it.
// Without values it is what the element begins with.
func use(e *Element, values []string) (answer, error) {
	a := answer{"type": e.Type}
	written := cmp.Or(e.InitialValue, e.InitialDate, e.InitialTime)
	if len(values) > 0 {
		written = values[0] // which may be what was there, deleted
	}
	switch e.Type {
	case "button":
		a["text"], a["value"] = e.Text, e.Value
		if e.Style != "" {
			a["style"] = e.Style
		}
	case "plain_text_input":
		a["value"] = nullable(written)
	case "datepicker":
		a["selected_date"] = nullable(written)
	case "timepicker":
		a["selected_time"] = nullable(written)
	case "checkboxes":
		chosen, err := choose(e, values)
		if err != nil {
			return nil, err
		}
		if values == nil {
			chosen = e.InitialOptions
		}
		a["selected_options"] = append([]Option{}, chosen...)
	default: // static_select, radio_buttons, overflow
		chosen, err := choose(e, values)
		if err != nil {
			return nil, err
		}
		a["selected_option"] = nil
		if len(chosen) > 0 {
			a["selected_option"] = chosen[0]
		} else if e.InitialOption != nil {
			a["selected_option"] = *e.InitialOption
		}
	}
	return a, nil
}

func choose(e *Element, values []string) ([]Option, error) {
	var chosen []Option
	for _, v := range values {
		i := slices.IndexFunc(e.Options, func(o Option) bool { return o.Value == v || o.Text.Text == v })
		if i < 0 {
			return nil, fmt.Errorf("no option %q in %s", v, e.ActionID)
		}
		chosen = append(chosen, e.Options[i])
	}
	return chosen, nil
}

// slot names an element of a surface: an action_id is unique within its block only.
func slot(b *Block, e *Element) string { return b.BlockID + "/" + e.ActionID }

// states are the values of every input on a surface, by block_id and action_id. Given are
// the values of slots that a person changed.
func states(blocks []Block, given map[string][]string) answer {
	values := answer{}
	for i := range blocks {
		for _, e := range blocks[i].interactive() {
			if e.Type == "button" || e.Type == "overflow" {
				continue
			}
			state, err := use(e, given[slot(&blocks[i], e)])
			if err != nil {
				continue // the value was checked when it was chosen
			}
			block, ok := values[blocks[i].BlockID].(answer)
			if !ok {
				block = answer{}
				values[blocks[i].BlockID] = block
			}
			block[e.ActionID] = state
		}
	}
	return values
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}
