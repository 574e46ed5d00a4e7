package cli

import (
	"encoding/json"
	"fmt"
	"io"
)

// show writes an answer: as JSON where that was asked for.
func (inv *invocation) show(value any, text string) error {
	if inv.json {
		return writeJSON(inv.Out, value, "  ")
	}
	return write(inv.Out, text)
}

// say tells a person something beside the answer.
func (inv *invocation) say(format string, args ...any) error {
	if inv.json {
		return nil
	}
	return write(inv.Err, fmt.Sprintf(format, args...)+"\n")
}

func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

func writeJSON(w io.Writer, value any, indent string) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", indent)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}
