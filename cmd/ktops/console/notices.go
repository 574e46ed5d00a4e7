package console

import (
	"slices"
	"strconv"
	"strings"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// Told lists what became of notices, newest first, on the clocks of a zone.
func Told(s Style, list []notify.Told, zone string) string {
	if len(list) == 0 {
		return "No notice was raised yet.\n"
	}
	rows := [][]string{{" ", "MEANT FOR", "KIND", "RUN", "CHANNEL", "TO", "STATE", "TRIES"}}
	for _, t := range list {
		rows = append(rows, []string{s.noticeMark(t.State), Clock(t.At, zone), string(t.Kind), orDash(t.Run), orDash(t.Channel), orDash(t.Recipient),
			t.State, strconv.Itoa(t.Attempts)})
	}
	lines := slices.Collect(strings.Lines(table("", rows)))
	text := lines[0]
	for i, t := range list {
		text += lines[i+1]
		if t.Error != "" {
			text += "   " + s.paint(dim, "→ "+t.Error) + "\n"
		}
	}
	return text
}

func (s Style) noticeMark(state string) string {
	switch state {
	case "sent":
		return s.levelMark(ops.Pass)
	case "failed", "expired":
		return s.levelMark(ops.Fail)
	case "sending":
		return s.paint(cyan, "●")
	}
	return s.paint(dim, "○")
}

// Drafts shows notices as their readers would get them.
func Drafts(s Style, list []notify.Draft) string {
	var parts []string
	for _, d := range list {
		to := "for " + string(d.Audience)
		if d.Channel != "" {
			to += ", channel " + d.Channel
		}
		parts = append(parts, s.paint(dim, string(d.Kind)+", "+to)+"\n"+s.paint(bold, d.Subject)+"\n\n"+d.Text)
	}
	return strings.Join(parts, "\n")
}
