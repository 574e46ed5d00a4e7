package console

import (
	"slices"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Occurrences lists what became of windows so far, newest first.
func Occurrences(s Style, list []ops.Occurrence) string {
	if len(list) == 0 {
		return "No window has opened yet.\n"
	}
	rows := [][]string{{" ", "WINDOW", "OPENED", "OUTCOME", "TOOK", "RUN", "BY"}}
	for _, o := range list {
		took, by := "-", "-"
		if !o.Began.IsZero() && !o.Ended.IsZero() {
			took = Duration(o.Ended.Sub(o.Began))
		}
		if o.By.ID != "" {
			by = o.By.String()
		}
		rows = append(rows, []string{s.occurrenceMark(o.State), o.Window, Clock(o.Opens, o.Zone), string(o.State), took, orDash(o.Run), by})
	}
	lines := slices.Collect(strings.Lines(table("", rows)))
	text := lines[0]
	for i, o := range list {
		text += lines[i+1] + told(s, o)
	}
	return text
}

// told is why an occurrence went as it did, and each chore of it, on lines of their own.
func told(s Style, o ops.Occurrence) string {
	var rows [][]string
	for _, c := range o.Chores {
		rows = append(rows, []string{s.levelMark(c.Level), string(c.Chore), Duration(c.Took), c.Fact})
	}
	if o.Reason == "" {
		return table("   ", rows)
	}
	return "   " + s.paint(dim, "→ "+o.Reason) + "\n" + table("   ", rows)
}

func (s Style) occurrenceMark(state ops.OccurrenceState) string {
	switch state {
	case ops.Used:
		return s.levelMark(ops.Pass)
	case ops.BrokeDown, ops.PassedUnmet:
		return s.levelMark(ops.Fail)
	case ops.OpenNow:
		return s.paint(cyan, "●")
	}
	return s.paint(dim, "○")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
