package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// source is the text of the file, from which errors quote a line. What could be
// a secret is masked then.
type source struct {
	file  string
	lines [][]rune
	masks []mark
}

// mark is a stretch of one line; line and column count from 1.
type mark struct{ line, column, width int }

// masked stands for what could be a secret; its length tells nothing.
const masked = "***"

func newSource(file string, text []byte) *source {
	s := &source{file: file}
	clean := strings.ToValidUTF8(string(text), "\uFFFD")
	clean = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(clean)
	for line := range strings.SplitSeq(clean, "\n") {
		s.lines = append(s.lines, []rune(line))
	}
	return s
}

// mark is where a token stands. The parser is off by some columns after a
// document's start and inside text of several lines, hence the search.
func (s *source) mark(t *token.Token) mark {
	if t == nil || t.Position == nil {
		return mark{1, 1, 1}
	}
	m := mark{line: min(max(t.Position.Line, 1), len(s.lines))}
	line := s.lines[m.line-1]
	m.column = min(max(t.Position.Column, 1), len(line)+1)
	text := []rune(firstLine(t))
	if at, ok := closest(line, text, m.column-1); ok {
		return mark{m.line, at + 1, max(len(text), 1)}
	}
	m.width = max(len(line)-m.column+1, 1)
	return m
}

// closest finds text in the line, as near to the index as possible.
func closest(line, text []rune, index int) (int, bool) {
	best, found := 0, false
	for i := 0; i+len(text) <= len(line); i++ {
		if slices.Equal(line[i:i+len(text)], text) && (!found || distance(i, index) < distance(best, index)) {
			best, found = i, true
		}
	}
	return best, found
}

func distance(a, b int) int { return max(a-b, b-a) }

func firstLine(t *token.Token) string {
	line, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n")
	return strings.TrimSpace(line)
}

// mask hides a token wherever a line of it is quoted.
func (s *source) mask(t *token.Token) {
	if t == nil {
		return
	}
	m := s.mark(t)
	below := strings.Count(strings.TrimSpace(t.Origin), "\n")
	if below > 0 {
		m.width = s.rest(m)
	}
	s.masks = append(s.masks, m)
	for line := m.line + 1; line <= min(m.line+below, len(s.lines)); line++ {
		s.masks = append(s.masks, mark{line, 1, s.rest(mark{line: line, column: 1})})
	}
}

// rest is how much of the line follows.
func (s *source) rest(m mark) int { return max(len(s.lines[m.line-1])-m.column+1, 1) }

// maskByName hides what follows a key that sounds secret. It is for a file that
// cannot be parsed, where nothing better is known.
func (s *source) maskByName() {
	secretive := regexp.MustCompile(`(?i)(?:password|token|secret|key)[a-z_]*["']?\s*:\s*`)
	for i, line := range s.lines {
		text := string(line)
		m := secretive.FindStringIndex(text)
		if m == nil || strings.HasPrefix(text[m[1]:], "env:") || strings.HasPrefix(text[m[1]:], "file:") {
			continue
		}
		at := mark{line: i + 1, column: len([]rune(text[:m[1]])) + 1}
		s.masks = append(s.masks, mark{at.line, at.column, s.rest(at)})
	}
}

// quote is a line without its secrets, and where the mark is in it.
func (s *source) quote(m mark) (line string, column, width int) {
	masks := slices.Clone(s.masks)
	masks = slices.DeleteFunc(masks, func(k mark) bool { return k.line != m.line })
	slices.SortFunc(masks, func(a, b mark) int { return cmp.Compare(a.column, b.column) })
	source := s.lines[m.line-1]
	var quoted []rune
	from := 0
	column, width = m.column, m.width
	for _, k := range masks {
		start, end := k.column-1, min(k.column-1+k.width, len(source))
		if end <= from {
			continue
		}
		quoted = append(quoted, source[from:max(start, from)]...)
		if m.column > end {
			column += len(masked) - (end - start)
		} else if m.column > start {
			column, width = len(quoted)+1, len(masked)
		}
		quoted = append(quoted, []rune(masked)...)
		from = end
	}
	quoted = append(quoted, source[from:]...)
	return string(quoted), column, width
}
