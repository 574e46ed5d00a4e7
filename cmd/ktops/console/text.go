package console

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// StateText is a state as people say it: rolled back.
func StateText(s ops.State) string {
	if s == ops.Proposed {
		return "waits for approval"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

// StateClause is a state as what a run does, after its name: was rolled back.
func StateClause(s ops.State) string {
	switch s {
	case ops.Missed:
		return "has missed its window"
	case ops.Scheduled, ops.Approved, ops.Running, ops.Held, ops.Void:
		return "is " + StateText(s)
	case ops.Succeeded, ops.Failed, ops.Expired:
		return "has " + StateText(s)
	case ops.RolledBack, ops.Aborted, ops.Rejected:
		return "was " + StateText(s)
	}
	return StateText(s)
}

// Duration is to the second, and to the tenth below ten of them.
func Duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "0s"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd%dh", int(d.Hours())/24, int(d.Hours())%24)
	}
	return d.Round(time.Second).String()
}

// Bytes is a size in decimal units: 1.2 GB.
func Bytes(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

// Time is a moment with its zone.
func Time(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bar is a progress bar of so many characters.
func bar(fraction float64, width int) string {
	full := int(min(max(fraction, 0), 1)*float64(width) + 0.5)
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// table aligns columns; the first row may be a head. The last column is not padded.
func table(indent string, rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			line += cell
			if i < len(row)-1 {
				line += strings.Repeat(" ", widths[i]-width(cell)+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// width counts the characters that are seen: not those of colours.
func width(s string) int {
	seen := 0
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			_, s, _ = strings.Cut(rest, "m")
			continue
		}
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		seen++
	}
	return seen
}

// cut shortens a line to a width, colours apart.
func cut(s string, to int) string {
	if to <= 0 || width(s) <= to {
		return s
	}
	var b strings.Builder
	colored := false
	for seen := 0; s != "" && seen < to-1; {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			code, after, _ := strings.Cut(rest, "m")
			b.WriteString("\x1b[" + code + "m")
			s, colored = after, code != "0"
			continue
		}
		_, size := utf8.DecodeRuneInString(s)
		b.WriteString(s[:size])
		s = s[size:]
		seen++
	}
	b.WriteString("…")
	if colored {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}
