package cards

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

const (
	// maxParagraphs bounds a message that is not ours, within the whole of a message.
	maxParagraphs = 4
	// maxAnnounced bounds one line of it; each link in it grows by two.
	maxAnnounced = 2400
)

var address = regexp.MustCompile(`https?://(?:[^\s<>|&]|&amp;)+`)

// Announcement is a notice in the words of who wrote it. They are outside text: only
// addresses become links.
func Announcement(text string) Card {
	text = strings.ReplaceAll(strings.TrimSpace(text), "```", "'''")
	return Card{Text: orDash(escape(text, maxSection)), Blocks: paragraphs(text)}
}

// paragraphs shows a text in as many sections as it takes, cut between lines.
func paragraphs(text string) []slack.Block {
	var blocks []slack.Block
	var lines []string
	used := 0
	flush := func() {
		if strings.TrimSpace(strings.Join(lines, "")) != "" {
			blocks = append(blocks, section(lines...))
		}
		lines, used = nil, 0
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = address.ReplaceAllString(escape(strings.TrimRight(line, " \r"), maxAnnounced), "<$0>")
		n := utf8.RuneCountInString(line) + 1
		if used+n > maxSection {
			flush()
		}
		lines, used = append(lines, line), used+n
	}
	flush()
	switch {
	case len(blocks) == 0:
		return []slack.Block{section("–")}
	case len(blocks) > maxParagraphs:
		return append(blocks[:maxParagraphs], footnote("… and more than a message may hold"))
	}
	return blocks
}
