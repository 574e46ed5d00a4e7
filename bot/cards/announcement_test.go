package cards_test

import (
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/bot/cards"
)

func TestAnnouncement_ALongOneIsCutBetweenLinesAndSaysSo(t *testing.T) {
	line := strings.Repeat("w", 2000)
	texts := mrkdwn(cards.Announcement(strings.Join([]string{line, line, line, "the end"}, "\n")).Blocks)
	if len(texts) != 3 || !strings.HasSuffix(texts[2], "the end") {
		t.Errorf("%d paragraphs, the last ends with %q", len(texts), texts[len(texts)-1][1990:])
	}
	texts = mrkdwn(cards.Announcement(strings.Repeat(line+"\n", 9)).Blocks)
	if len(texts) != 5 || !strings.HasPrefix(texts[4], "… and more") {
		t.Errorf("%d paragraphs, the last is %.40q", len(texts), texts[len(texts)-1])
	}
}
