package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is one thing that is wrong in the file, and where.
type Error struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // from 1, in characters
	// Key is where in the configuration it is: environments.production.database.host.
	Key string `json:"key,omitempty"`
	// Problem is a sentence's end that follows the key.
	Problem string `json:"problem"`
	// Try is what to do about it.
	Try string `json:"try,omitempty"`
	// Source is the line, with anything masked that could be a secret.
	Source string `json:"source"`

	// caret and width are what to underline in Source, whose masks move columns.
	caret, width int
}

// Error is the error on one line, as compilers write it.
func (e Error) Error() string {
	text := e.Problem
	if e.Key != "" {
		text = e.Key + " " + text
	}
	if e.Try != "" {
		text += "; " + e.Try
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, text)
}

// Snippet is the error with the source line and a caret below it.
func (e Error) Snippet() string {
	number := fmt.Sprintf("%5d", e.Line)
	return fmt.Sprintf("%s\n%s | %s\n%s | %s%s", e.Error(), number, e.Source,
		strings.Repeat(" ", utf8.RuneCountInString(number)), strings.Repeat(" ", max(e.caret-1, 0)), strings.Repeat("^", max(e.width, 1)))
}

// Errors are all that is wrong, in the order of the file.
type Errors []Error

// Error is every error with its caret.
func (es Errors) Error() string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.Snippet()
	}
	return strings.Join(parts, "\n\n")
}

func (es Errors) sort() {
	slices.SortStableFunc(es, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
