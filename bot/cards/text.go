package cards

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// inline makes outside text safe within a line of mrkdwn: escaped, on one line,
// without code marks that would pair with ours, at most limit characters as
// Slack counts them.
func inline(s string, limit int) string {
	return escape(strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "`", "'"), limit)
}

// code is outside text as a code span, or a dash when there is none.
func code(s string, limit int) string {
	s = inline(s, limit-2)
	if s == "" {
		return "–"
	}
	return "`" + s + "`"
}

// fence is outside text of several lines as a code block. A fence within it is
// broken, so that it cannot end the block.
func fence(s string, limit int) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "```", "'''")
	return "```\n" + escape(s, limit-8) + "\n```"
}

// escape writes the three characters that Slack treats as control (docs:
// messaging/formatting-message-text) as entities, and cuts between characters,
// never within an entity.
func escape(s string, limit int) string {
	var b strings.Builder
	used := 0
	for i, r := range s {
		out := entity(r)
		n := utf8.RuneCountInString(out)
		last := i+utf8.RuneLen(r) >= len(s)
		if used+n > limit || (!last && used+n > limit-1) {
			return strings.TrimRightFunc(b.String(), unicode.IsSpace) + ellipsis
		}
		b.WriteString(out)
		used += n
	}
	return b.String()
}

func entity(r rune) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == utf8.RuneError || (unicode.IsControl(r) && r != '\n' && r != '\t'):
		return "?" // half a character, or one that no person can read
	}
	return string(r)
}

// clip cuts plain text to limit characters.
func clip(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + ellipsis
}

// clipMarked cuts text that is escaped already, and never within an escape.
func clipMarked(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	s = string([]rune(s)[:limit-1])
	if i := strings.LastIndexByte(s, '&'); i >= 0 && !strings.Contains(s[i:], ";") {
		s = s[:i]
	}
	return s + ellipsis
}

// pack joins as many whole lines as fit in limit, and counts the rest.
func pack(lines []string, limit int) string {
	if text := strings.Join(lines, "\n"); utf8.RuneCountInString(text) <= limit {
		return orDash(text)
	}
	limit -= len("\n… and 1000000 more")
	var kept []string
	used := 0
	for _, line := range lines {
		n := utf8.RuneCountInString(line) + 1
		if used+n > limit {
			break
		}
		kept, used = append(kept, line), used+n
	}
	if len(kept) == 0 {
		return clip(lines[0], limit) // one line longer than a whole block: only our own text could be
	}
	return strings.Join(append(kept, fmt.Sprintf("… and %d more", len(lines)-len(kept))), "\n")
}

// orDash stands in for a text that Slack would refuse to be empty.
func orDash(text string) string {
	if strings.TrimSpace(text) == "" {
		return "–"
	}
	return text
}

// listed joins names as a sentence does, at most n of them.
func listed(names []string, n int) string {
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return names[0]
	case len(names) > n:
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", len(names)-n)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// join writes the parts that are not empty with a middle dot between.
func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}
