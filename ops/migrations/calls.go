package migrations

import (
	"encoding/json"
	"strings"
)

// calls are the names of the functions that an expression calls, at any depth.
func calls(expression node) []string {
	var found []string
	for kind, fields := range expression {
		if kind == "FuncCall" {
			found = append(found, strings.ToLower(lastName(as[struct {
				Name []node `json:"funcname"`
			}](fields).Name)))
		}
		found = append(found, within(fields)...)
	}
	return found
}

// within are the calls in any JSON: an object's values, or a list's items.
func within(fields json.RawMessage) []string {
	if inner := as[node](fields); inner != nil {
		return calls(inner)
	}
	var found []string
	for _, item := range as[[]json.RawMessage](fields) {
		found = append(found, within(item)...)
	}
	return found
}
