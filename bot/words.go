package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// word is one word of a command, with where it stands in the text.
type word struct {
	text, low string
	start     int
}

// split cuts a text into words; a quoted one may hold spaces.
func split(text string) []word {
	var words []word
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ':
			i++
		case c == '"' && strings.IndexByte(text[i+1:], '"') >= 0:
			end := i + 1 + strings.IndexByte(text[i+1:], '"')
			if inner := strings.TrimSpace(text[i+1 : end]); inner != "" {
				words = append(words, word{text: inner, low: strings.ToLower(inner), start: i})
			}
			i = end + 1
		default:
			end := i + len(text[i:])
			if n := strings.IndexByte(text[i:], ' '); n >= 0 {
				end = i + n
			}
			w := strings.Trim(text[i:end], `,;"'`)
			if w != "" {
				words = append(words, word{text: w, low: strings.ToLower(w), start: i})
			}
			i = end
		}
	}
	return words
}

// escaped is how Slack writes links, mentions and channels in what people type
// (docs: interactivity/implementing-slash-commands, escaping).
var escaped = regexp.MustCompile(`<([@#!]|https?://|mailto:)([^<>|]*)(?:\|([^<>]*))?>`)

// clean undoes what Slack and keyboards do to typed text: escapes, smart quotes
// and dashes, odd spaces.
func clean(text string) string {
	text = escaped.ReplaceAllStringFunc(text, func(s string) string {
		m := escaped.FindStringSubmatch(s)
		if m[3] != "" {
			return m[3]
		}
		return strings.TrimSuffix(m[2], "/")
	})
	text = strings.NewReplacer(
		"“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "`", " ", "*", " ",
		"—", "--", "–", "--", "&lt;", "<", "&gt;", ">", "&amp;", "&",
	).Replace(strings.ToValidUTF8(text, " "))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text))
}

// findVerb finds the verb among the first words; before it may stand an
// environment, a version or a run, as in "production upgrade 2.5".
func findVerb(words []word, environments []string) (int, *Mistake) {
	for i, w := range words {
		if _, ok := verbOf(w.low); ok {
			return i, nil
		}
		known := slices.ContainsFunc(environments, func(e string) bool { return strings.EqualFold(e, w.low) })
		if !known && !versionWord.MatchString(w.low) && !runWord.MatchString(w.low) && !isFiller(w.low) {
			return 0, noVerb(w)
		}
	}
	first := words[0]
	switch {
	case versionWord.MatchString(first.low):
		return 0, &Mistake{What: "what shall I do with " + first.text + "?", Try: []string{"plan " + first.low, "upgrade " + first.low}}
	case runWord.MatchString(first.low):
		return 0, &Mistake{What: "what shall I do with " + first.text + "?", Try: []string{"history " + first.low, "approve " + first.low}}
	}
	return 0, &Mistake{What: "what shall I do?", Try: []string{"status " + first.text, "upgrade 2.5.0 in " + first.text, "help"}}
}

func noVerb(w word) *Mistake {
	near := nearest(w.low, verbNames())
	m := &Mistake{What: fmt.Sprintf("I do not know “%s”", w.text)}
	m.Try = append(suggest(near, func() string { return near }), "help")
	return m
}

// verbOf is the verb that a word means.
func verbOf(low string) (string, bool) {
	low = strings.TrimSuffix(low, ":")
	if slices.Contains(verbNames(), low) {
		return low, true
	}
	same := map[string]string{
		"update": "upgrade", "revert": "rollback", "undo": "rollback", "roll-back": "rollback", "roll": "rollback", "rehearsal": "rehearse", "deny": "reject", "decline": "reject", "cancel": "abort", "pause": "hold",
		"continue": "resume", "check": "verify", "backups": "backup", "?": "help", "window": "windows", "freezing": "freeze", "thaw": "unfreeze", "maint": "maintenance", "--help": "help", "-h": "help", "log": "history",
	}
	verb, ok := same[low]
	return verb, ok
}

// nearest is the known word that differs least; empty when none is near.
func nearest(low string, known []string) string {
	best, least := "", max(2, len(low)/3)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(low, strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

func suggest(near string, text func() string) []string {
	if near == "" {
		return nil
	}
	return []string{text()}
}
